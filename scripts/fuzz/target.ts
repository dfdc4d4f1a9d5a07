/** Something to be fuzzed: what it is given, and what must hold of whatever comes of it. */
export interface Target {
  /** Inputs to begin with. */
  seeds(): readonly Uint8Array[];
  /**
   * Runs one input. Resolves with what came of it, in words of which there are few: an input that makes a new one come is
   * kept to be changed further. Throws a {@link Finding} if something does not hold.
   */
  run(input: Uint8Array): readonly string[] | Promise<readonly string[]>;
  end?(): Promise<void>;
}

/** Something that must hold and does not. */
export class Finding extends Error {
  override readonly name = "Finding";
  /** What does not hold, without what differs from input to input: findings of one kind are told once. */
  readonly kind: string;

  constructor(kind: string, details = "") {
    super(details === "" ? kind : `${kind}: ${details}`);
    this.kind = kind;
  }
}

/** Throws a {@link Finding} unless it holds. */
export function mustHold(holds: boolean, kind: string, details: () => string = () => ""): void {
  if (!holds) throw new Finding(kind, details());
}
