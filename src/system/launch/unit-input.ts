import { readdirSync } from "node:fs";
import type { UnitInput } from "../../core/confinement/unit/input.ts";
import { join, type Path, pathFromText, pathToBytes } from "../../core/path/path.ts";
import type { CageLayout, LaunchRequest } from "../../engine/ports.ts";

/** What a launch asks for, as the unit of a cage has it. */
export interface CageForUnit {
	readonly cage: CageLayout;
	/** What is mounted over each writable path: host path `source`. */
	readonly data: UnitInput["data"];
	readonly binds: UnitInput["binds"];
}

/** `launcher`: the host's folder that is seen as `/.launch` inside, with our init and, under `confiner`, the program that confines. */
export function unitInputOf(
	request: LaunchRequest,
	{ binds, cage, data }: CageForUnit,
	{ confiner, launcher, version }: { readonly launcher: Path; readonly confiner: string; readonly version: number },
): UnitInput {
	const { command, cwd, env, identity, limits, network } = request;
	const devices = cage.devices.map(({ path }) => ({ path, kind: "device" as const }));
	return {
		name: cage.name,
		root: cage.root,
		data,
		binds,
		plan: {
			// A service has a network of its own with its loopback up, or the host's.
			application: {
				...{ command, cwd, env, network: network === "host" ? "host" : "none" },
				...{ probes: [], exercises: [], timeout: 0, directories: [] },
			},
			identity,
			openings: cage.openings,
			entries: [...devices, ...inHomes(cage.root)].map((entry) => ({ ...entry, decision: "include" as const })),
		},
		systemdVersion: version,
		launcher,
		confiner: { folder: launcher, name: confiner },
		...(limits === undefined ? {} : { limits }),
	};
}

/** What of the cage ProtectHome= would hide. */
function inHomes(root: Path): { path: Path; kind: "file" }[] {
	return ["/home", "/root", "/run/user"].map(pathFromText).flatMap((home) => {
		try {
			const names = readdirSync(pathToBytes(`${root}${home}` as Path), { encoding: "latin1" }) as Path[];
			return names.map((name) => ({ path: join(home, name), kind: "file" as const }));
		} catch {
			return []; // It has none.
		}
	});
}
