/** The meaning of a colour. A mark or a word always says the same. */
export type Tone = "accent" | "good" | "warning" | "bad";

export type Palette = Readonly<Record<Tone, string>>;

/** On terminals with 16 colours, whose own palette suits their background. */
export const namedPalette: Palette = { accent: "cyan", good: "green", warning: "yellow", bad: "red" };

/** On terminals with more colours: a contrast of at least 3.8:1 to black and to white, also after conversion to 256 colours. */
export const fixedPalette: Palette = { accent: "#007faf", good: "#007f00", warning: "#af4c00", bad: "#d70000" };
