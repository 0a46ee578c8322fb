import type { ScreenDriver } from "./screen.ts";
import type { Script } from "./scripted-session.ts";

/** A path through the wizard. `seen` is called on each screen, with a unique name. */
export interface Walk {
	readonly name: string;
	readonly script?: Script;
	go(screen: ScreenDriver, seen: (name: string) => Promise<void>): Promise<void>;
}
