/** What the weather does to a connection, by the option that makes it, in words. */
export const breakages = {
  cutUploads: "upload cut",
  cutBeforeAnswer: "cut before the answer",
  lostAnswers: "answer lost",
} as const;

export type Breakage = keyof typeof breakages;
