const titles = {
  1005: "Access denied",
  1006: "Resource not found",
  1008: "Required parameter is missing",
  1009: "Parameter value is not valid",
  1014: "Internal error",
  1024: "Password change required",
  1025: "Request is not valid",
} as const;

/** A refusal in the words of the On-Premises API. */
export class ApiError extends Error {
  readonly status: number;
  readonly errors: readonly {
    readonly code: number;
    readonly title: string;
    readonly details: string;
  }[];

  constructor(status: number, code: keyof typeof titles, ...details: readonly string[]) {
    super([titles[code], ...details].join(": "));
    this.status = status;
    this.errors = details.map((each) => ({ code, title: titles[code], details: each }));
  }
}
