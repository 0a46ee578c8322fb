import type { Context } from "../../base/engine/context.ts";
import type { Path } from "../../base/path/path.ts";
import type { Cage } from "../../cage/cage.ts";
import { unlessDamaged } from "../../cage/engine/cages.ts";
import type { Manifest } from "../../cage/manifest.ts";
import { placeOf } from "../../plan/links.ts";
import { mayConnect } from "../../plan/neighbours.ts";
import { socketsIn } from "../../plan/permission-words.ts";

/** Returns the sockets, as real paths, of other services that run in cages that limit what their clients can make them do. */
export async function harmlessSockets({ machine }: Pick<Context, "machine">, service: string): Promise<readonly Path[]> {
	const limited = await limitedServices(machine);
	if (!limited.size) return [];
	const running = await machine.clients.neighbours(service);
	return running.flatMap((one) => (limited.has(one.service) ? [placeOf(one.path, machine.files)] : []));
}

async function limitedServices({ store }: Pick<Context["machine"], "store">): Promise<ReadonlySet<string>> {
	const found = new Set<string>();
	for (const name of await store.names()) {
		const adoption = await unlessDamaged(store.adoption(name));
		if (adoption?.phase !== "adopted") continue;
		const cage = await unlessDamaged(store.cage(name));
		const generation = await unlessDamaged(store.present(name));
		const manifest = generation === undefined ? undefined : await unlessDamaged(store.manifest(name, generation));
		if (cage && manifest && limitsClients(cage, manifest)) found.add(adoption.service);
	}
	return found;
}

const ordinaryUid = 65534;

/** Returns the adopted services that may connect to this one only because its cage limits its clients, with a socket of each. */
export async function clientsThroughCage(
	{ files, store }: Pick<Context["machine"], "files" | "store">,
	service: string,
): Promise<readonly { readonly client: string; readonly path: Path }[]> {
	const found: { client: string; path: Path }[] = [];
	for (const name of await store.names()) {
		const adoption = await unlessDamaged(store.adoption(name));
		const cage = await unlessDamaged(store.cage(name));
		const generation = await unlessDamaged(store.present(name));
		const manifest = generation === undefined ? undefined : await unlessDamaged(store.manifest(name, generation));
		if (adoption?.phase !== "adopted" || !cage?.company || !manifest) continue;
		// A service that starts as root serves as another account.
		const policy = { uid: manifest.identity.uid || ordinaryUid, rules: cage.rules };
		const used = cage.company.neighbours.find((one) => one.service === service && !mayConnect(one.path, policy, files));
		if (used) found.push({ client: adoption.service, path: used.path });
	}
	return found;
}

/** Whether a client gains nothing but the service itself: no root, no capability, and nothing of the host that somebody allowed. */
export function limitsClients(
	{ accepted = [], rules }: Pick<Cage, "accepted" | "rules">,
	{ identity, permissions }: Pick<Manifest, "identity" | "permissions">,
): boolean {
	const consents = [...accepted, ...rules.allowSetuid, ...rules.allowWrite, ...socketsIn(rules.allow)];
	const isOpen = consents.length > 0 || rules.binds.some(({ access }) => access === "rw");
	return identity.uid !== 0 && !permissions.capabilities.length && !isOpen;
}
