import type { Group, User } from "../../core/machine/facts.ts";
import { pathFromText } from "../../core/path/path.ts";
import type { Answers } from "../../core/questions/answers.ts";
import type { Machine } from "../../engine/context.ts";

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

const nsswitch = pathFromText("/etc/nsswitch.conf");
const mostRead = 64 * 1024;

/** Looks at the machine and changes nothing. `command` is the command line that does the same. */
export async function readHostView(machine: Machine, { name }: Answers, command: string): Promise<HostView> {
	const { accounts, files, store } = machine;
	const { folder, free, hasData } = await store.place(name);
	const [cage, generation] = [await store.cage(name), await store.present(name)];
	const adopted = (await store.adoption(name))?.service;
	return {
		users: accounts.users(),
		groups: accounts.groups(),
		nsswitch: files.read(nsswitch, mostRead)?.toString("utf8") ?? "",
		state: folder,
		free,
		hasData,
		...(cage && generation !== undefined
			? { cage: { generation, command: cage.application.command, ...(adopted === undefined ? {} : { adopted }) } }
			: {}),
		command,
	};
}
