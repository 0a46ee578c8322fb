import type { Context } from "../../base/engine/context.ts";
import type { Path } from "../../base/path/path.ts";
import type { FileOpening, Openings } from "../ports.ts";

/** A worthless file in one generation of a cage. */
export interface WatchedDecoy {
	readonly cage: string;
	/** In the cage. */
	readonly path: Path;
	/** On the host. */
	readonly place: Path;
}

export interface OpenedDecoy extends WatchedDecoy {
	readonly opening: FileOpening;
	/** Through the cage's own mount. From the host, audits and backups read the file too. */
	readonly isInside: boolean;
}

/** Keeps the kernel's watch on all decoys, also of cages and generations that are made later. */
export class DecoyWatch {
	readonly #context: Context;
	readonly #onOpen: (opened: OpenedDecoy) => void;
	#openings: Openings | undefined;
	#places = "";

	constructor(context: Context, onOpen: (opened: OpenedDecoy) => void) {
		this.#context = context;
		this.#onOpen = onOpen;
	}

	/** Watches exactly these from now on. Warns (`decoys-unwatched`) if the kernel does not allow it. */
	async follow(decoys: readonly WatchedDecoy[]): Promise<void> {
		const places = decoys.map(({ place }) => place).join("\0");
		if (places === this.#places && (this.#openings === undefined || this.#openings.isRunning())) return;
		const before = this.#openings;
		this.#places = places;
		this.#openings = decoys.length ? await this.#start(decoys) : undefined;
		before?.stop();
		if (decoys.length && !this.#openings) this.#context.emit({ event: "warned", code: "decoys-unwatched", values: {} });
	}

	stop(): void {
		this.#openings?.stop();
	}

	#start(decoys: readonly WatchedDecoy[]): Promise<Openings | undefined> {
		return this.#context.machine.detection.watchOpenings({
			files: decoys.map(({ place }) => place),
			onOpen: (opening) => {
				const decoy = decoys[opening.file];
				if (decoy) this.#onOpen({ ...decoy, opening, isInside: opening.path === decoy.path });
			},
		});
	}
}
