const longest = 160;

/**
 * The sentence around a place of a text, on one line and not longer than anybody reads. A paragraph ends it as well as a full stop.
 */
export function passageAround(text: string, at: number): string {
	const near = text.slice(Math.max(0, at - longest), at);
	const paragraph = near.lastIndexOf("\n\n");
	const before = near.slice(paragraph < 0 ? 0 : paragraph + 2).replace(/^[\s\S]*[.!?:]\s+(?=\S)/, "");
	const after = text.slice(at, at + 2 * longest);
	const end = /\n\s*\n|[.!?](?=\s|$)/.exec(after)?.index;
	const whole = (before + (end === undefined ? after : after.slice(0, end))).replace(/\s+/g, " ").trim();
	return whole.length > longest ? `${whole.slice(0, longest - 1)}…` : whole;
}
