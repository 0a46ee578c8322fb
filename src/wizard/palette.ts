/** The meaning of a colour. A mark or a word always says the same. */
export type Tone = "accent" | "good" | "warning" | "bad";

export type Palette = Readonly<Record<Tone, string>>;

/** On terminals with 16 colours, whose own palette suits their background. */
export const namedPalette: Palette = { accent: "cyan", good: "green", warning: "yellow", bad: "red" };

/** Colours of the 256 colour cube with a contrast of at least 3.8:1 to both black and white. */
export const fixedPalette: Palette = { accent: "#0087af", good: "#008700", warning: "#af5f00", bad: "#d70000" };
