import type { Context } from "../../base/engine/context.ts";
import { Failure } from "../../base/failure.ts";
import { showPath } from "../../base/path/quote.ts";
import type { Cage } from "../../cage/cage.ts";
import { cageFolder, isDamage, layoutOf } from "../../cage/engine/cages.ts";
import type { Manifest } from "../../cage/manifest.ts";
import { isInPlace } from "../../plan/binds.ts";
import { hookPlace, logrotateFolder } from "../hooks.ts";
import { logDirectories, logRotation } from "../rotation.ts";
import { installedText } from "./installed-unit.ts";

/**
 * A logrotate(8) file for this generation's logs. The host's own file rotates those in place: throws `logs-in-place` (exit 1) if
 * there are no others. Throws what `logRotation` throws.
 */
export function rotationText({ machine }: Pick<Context, "machine">, cage: Cage, manifest: Manifest): string {
	const layout = layoutOf(machine.store, manifest, cage);
	const writable = manifest.writable.filter(({ path }) => !isInPlace(path, layout));
	const [inPlace] = logDirectories(manifest);
	if (inPlace !== undefined && !logDirectories({ writable }).length) {
		throw new Failure("logs-in-place", { name: cage.name, path: showPath(inPlace) }, 1);
	}
	return logRotation({
		cage,
		manifest: { ...manifest, writable },
		data: layout.data,
		files: machine.files,
		program: machine.program(),
	});
}

/**
 * Makes a generation the present one via `publish`, and updates its logrotate file if the previous one had any. The file of
 * another generation must never be active: its log directories could now be below a writable one, where the application could
 * replace them with links. So it is removed first and written again at the end; after a kill there is none. An edited file is
 * left alone.
 */
export async function publishWithRotation(
	context: Context,
	cage: Cage,
	generation: number,
	publish: () => Promise<void>,
): Promise<void> {
	const { store, units } = context.machine;
	const place = hookPlace(logrotateFolder, cage.name);
	const install = (text: string) => units.install(place, text, cageFolder(store, cage.name));
	const before = await installedRotation(context, cage.name);
	const after = before === undefined ? undefined : await rotationOf(context, cage, generation);
	if (before === after) return publish();
	await units.uninstall(place);
	try {
		await publish();
	} catch (error) {
		if (before !== undefined) await install(before);
		throw error;
	}
	if (after !== undefined) await install(after);
	else context.emit({ event: "warned", code: "rotation-removed", values: { name: cage.name } });
}

async function installedRotation(context: Context, name: string): Promise<string | undefined> {
	try {
		return await installedText(context, name, hookPlace(logrotateFolder, name));
	} catch (error) {
		if (!(error instanceof Failure)) throw error;
		if (error.code === "unit-changed") {
			context.emit({ event: "warned", code: "rotation-not-refreshed", values: { name } });
		}
		return undefined;
	}
}

const noRotation: ReadonlySet<string> = new Set(["logs-in-place", "logs-unknown"]);

/** Undefined if the generation has no logs of its own or a damaged manifest. */
async function rotationOf(context: Context, cage: Cage, generation: number): Promise<string | undefined> {
	try {
		const manifest = await context.machine.store.manifest(cage.name, generation);
		return manifest && rotationText(context, cage, manifest);
	} catch (error) {
		if (isDamage(error) || (error instanceof Failure && noRotation.has(error.code))) return undefined;
		throw error;
	}
}
