import { omitUndefined } from "../../base/collections.ts";
import type { Machine } from "../../base/engine/context.ts";
import { pathFromText } from "../../base/path/path.ts";
import type { Answers } from "../../options/answers.ts";
import type { HostView } from "../state/values.ts";

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
