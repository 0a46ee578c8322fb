import { pathFromText } from "../../core/path/path.ts";
import type { Answers } from "../../core/questions/answers.ts";
import type { Machine } from "../../engine/context.ts";
import type { HostView } from "./host-view.ts";

const nsswitch = pathFromText("/etc/nsswitch.conf");
const mostRead = 64 * 1024;

/** Looks at the machine and changes nothing. `command` is the command line that does the same. */
export async function surroundingsOf(machine: Machine, { name }: Answers, command: string): Promise<HostView> {
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
