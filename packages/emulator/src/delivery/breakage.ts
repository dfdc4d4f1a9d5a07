/** What the weather does to a connection, by the option that makes it, in words. */
export const breakages = {
  cutUploads: "upload cut",
  cutBeforeAnswer: "cut before the answer",
  lostAnswers: "answer lost",
} as const;

/** What the weather did to a request, by the name of its option. */
export type Breakage = keyof typeof breakages;
