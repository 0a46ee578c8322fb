import { omitUndefined } from "../../base/collections.ts";
import type { Machine } from "../../base/engine/context.ts";
import type { Group, User } from "../../base/machine/facts.ts";
import { pathFromText } from "../../base/path/path.ts";
import type { Answers } from "../../options/answers.ts";

/** The part of the host that the reviews before a build compare the plan with. */
export interface HostView {
	readonly users: readonly User[];
	readonly groups: readonly Group[];
	/** Content of /etc/nsswitch.conf, or empty. */
	readonly nsswitch: string;
	/** The state folder, and the free bytes of its file system. */
	readonly state: string;
	readonly free: number;
	/** A cage of this name has data. */
	readonly hasData: boolean;
	/** The existing cage of this name. */
	readonly cage?: { readonly generation: number; readonly command: readonly string[]; readonly adopted?: string };
	/** The equivalent command line. */
	readonly command: string;
	/** This user can install a unit. */
	readonly installs: boolean;
	/** The host's service of the same application. */
	readonly service?: string;
}

const nsswitch = pathFromText("/etc/nsswitch.conf");
const mostRead = 64 * 1024;

/** Reads the host, and adds what else is known about it. */
export async function readHostView(
	machine: Machine,
	{ name }: Answers,
	known: Pick<HostView, "command" | "installs" | "service">,
): Promise<HostView> {
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
			? { cage: { generation, command: cage.application.command, ...omitUndefined({ adopted }) } }
			: {}),
		...known,
	};
}
