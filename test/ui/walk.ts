import type { ScreenDriver } from "./screen.ts";
import type { Script } from "./scripted-session.ts";

/** One way through the wizard. `seen` is called on each screen that is worth a look, with a name that no other has. */
export interface Walk {
	readonly name: string;
	readonly script?: Script;
	go(screen: ScreenDriver, seen: (name: string) => Promise<void>): Promise<void>;
}
