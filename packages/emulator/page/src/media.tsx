import { textIn } from "./json.ts";

const labels = {
  image: "Image",
  video: "Video",
  audio: "Audio file",
  voice: "Voice note",
  document: "Document",
  sticker: "Sticker",
};

const wave = [4, 9, 14, 8, 18, 11, 6, 15, 20, 12, 7, 16, 10, 5, 13, 19, 9, 6, 12, 4];

/** A file that does not exist: what is sent is told of, and nothing else. */
export function Media({
  kind,
  content,
}: {
  readonly kind: keyof typeof labels;
  readonly content: unknown;
}) {
  const name = textIn(content, "filename") ?? textIn(content, "link") ?? textIn(content, "id");
  const caption = textIn(content, "caption");
  return (
    <>
      <div class={`media ${kind}`}>
        <Picture kind={kind} />
        <span>
          <b>{labels[kind]}</b>
          {name !== undefined && <small>{name}</small>}
        </span>
      </div>
      {caption !== undefined && <p class="text">{caption}</p>}
    </>
  );
}

function Picture({ kind }: { readonly kind: keyof typeof labels }) {
  if (kind === "audio" || kind === "voice")
    return (
      <svg viewBox="0 0 110 24" width="110" height="24" aria-hidden="true">
        <path class="full" d="M3 4v16l13-8z" />
        {wave.map((height, index) => (
          <path key={index} class="line" d={`M${26 + index * 4} ${12 - height / 2}v${height}`} />
        ))}
      </svg>
    );
  if (kind === "document")
    return (
      <svg viewBox="0 0 24 28" width="24" height="28" aria-hidden="true">
        <path class="line" d="M3 2h12l6 6v18H3zM15 2v6h6M7 14h10M7 19h10" />
      </svg>
    );
  if (kind === "sticker")
    return (
      <svg viewBox="0 0 40 40" width="64" height="64" aria-hidden="true">
        <circle class="face" cx="20" cy="20" r="17" />
        <path class="line" d="M13 16v2M27 16v2M12 24c3 6 13 6 16 0" />
      </svg>
    );
  return (
    <svg viewBox="0 0 200 110" width="200" height="110" aria-hidden="true">
      <path class="water" d="M0 0h200v110H0z" />
      <circle class="face" cx="150" cy="30" r="14" />
      <path class="land" d="M0 110 60 45l40 40 26-24 74 49z" />
      {kind === "video" && (
        <>
          <circle class="dot" cx="100" cy="55" r="20" />
          <path class="full" d="m94 45 17 10-17 10z" />
        </>
      )}
    </svg>
  );
}
