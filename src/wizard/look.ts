import { createContext, useContext } from "react";
import type { Messages } from "../messages/messages.ts";
import type { WizardState } from "./state.ts";

/** How things are shown; the same for every part. */
export interface Look {
	readonly messages: Messages;
	readonly color: boolean;
	readonly ascii: boolean;
	/** Not drawn but said: lists are numbered, and nothing is cut off. */
	readonly linear?: boolean;
}

export interface View extends Look {
	readonly state: WizardState;
	/** Of the body, which each step fills and never overflows. */
	readonly width: number;
	readonly height: number;
	/** Tells the furthest that the page which is drawn can be scrolled, and its rows that have what is looked for. */
	readonly onMeasured?: ((scrollEnd: number, found: readonly number[]) => void) | undefined;
}

/** Other than the view the same for every picture: parts that need no more are drawn anew only where they have something else to say. */
export const LookContext = createContext<Look | undefined>(undefined);

export function useLook(): Look {
	const look = useContext(LookContext);
	if (!look) throw new Error("drawn outside the wizard");
	return look;
}

/** Columns of the part of the screen that rows fill. */
export const WidthContext = createContext(80);

export const ViewContext = createContext<View | undefined>(undefined);

export function useView(): View {
	const view = useContext(ViewContext);
	if (!view) throw new Error("drawn outside the wizard");
	return view;
}
