import { createContext, useContext } from "react";
import { asciiMarks, asciiText } from "../../messages/ascii.ts";
import type { Messages } from "../../messages/messages.ts";
import type { WizardState } from "../state/state.ts";

/** The meaning of a colour. A mark or a word always says the same. */
export type Tone = "accent" | "good" | "warning" | "bad";

type Palette = Readonly<Record<Tone, string>>;

/** On terminals with 16 colours, whose own palette suits their background. */
export const namedPalette: Palette = { accent: "cyan", good: "green", warning: "yellow", bad: "red" };

/** On terminals with more colours: a contrast of at least 3.8:1 to black and to white, also after conversion to 256 colours. */
export const fixedPalette: Palette = { accent: "#007faf", good: "#007f00", warning: "#af4c00", bad: "#d70000" };

/** How the wizard is displayed; constant while it runs. */
export interface Look {
	readonly messages: Messages;
	readonly color: boolean;
	readonly ascii: boolean;
	/** The font has letters beyond ASCII, but no marks such as ✓. */
	readonly plainMarks?: boolean;
	readonly palette?: Palette;
	/** Lines for a screen reader: lists are numbered, and nothing is cut off. */
	readonly linear?: boolean;
}

export interface View extends Look {
	readonly state: WizardState;
	/** Columns and rows of the body. A step must not exceed them. */
	readonly width: number;
	readonly height: number;
	/** Reports the last scroll position of the page, and the rows that match the search. */
	readonly onMeasured?: ((scrollEnd: number, found: readonly number[]) => void) | undefined;
}

export function displayed(text: string, { ascii, plainMarks }: Pick<Look, "ascii" | "plainMarks">): string {
	return ascii ? asciiText(text) : plainMarks ? asciiMarks(text) : text;
}

/** Changes less often than the view, so components that need only this are rendered less often. */
export const LookContext = createContext<Look | undefined>(undefined);

export function useLook(): Look {
	const look = useContext(LookContext);
	if (!look) throw new Error("rendered outside the wizard");
	return look;
}

/** Columns that a row fills. */
export const WidthContext = createContext(80);

export const ViewContext = createContext<View | undefined>(undefined);

export function useView(): View {
	const view = useContext(ViewContext);
	if (!view) throw new Error("rendered outside the wizard");
	return view;
}
