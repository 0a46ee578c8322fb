import type { Path } from "../base/path/path.ts";
import type { CageLayout, Sandbox } from "../launch/ports.ts";
import type { UnitInput } from "../unit/input.ts";

/** Services that exist only for a trial. */
export interface TrialServices {
	/** Whether the application's writable data has at most this many bytes. */
	fits(cage: CageLayout, bytes: number): boolean;
	/** Copies everything that the application may write into the sandbox. `sockets`: those of others in it, which are the host's. */
	copies(cage: CageLayout, sandbox: Sandbox, sockets: readonly Path[]): Promise<Pick<UnitInput, "data" | "binds">>;
	/** Loads a unit with this text without starting it. `client` is a unit that ends with this process. */
	place(text: (client: string) => string): Promise<PlacedService>;
}

interface PlacedService {
	readonly name: string;
	/** systemd can reload it. */
	readonly reloads: boolean;
	/** Stops it and removes its unit. */
	remove(): Promise<void>;
}
