import type { Group, User } from "../../core/machine/facts.ts";

/** What is on this machine beside the plan: what the reviews before a build compare it with. */
export interface HostView {
	readonly users: readonly User[];
	readonly groups: readonly Group[];
	/** /etc/nsswitch.conf; empty where there is none. */
	readonly nsswitch: string;
	/** The state folder, and the bytes that are free where it lies or will lie. */
	readonly state: string;
	readonly free: number;
	/** There is state of a cage of this name. */
	readonly hasData: boolean;
	/** The cage of this name, with its present generation. */
	readonly cage?: { readonly generation: number; readonly command: readonly string[]; readonly adopted?: string };
	/** The one command line that does the same. */
	readonly command: string;
}
