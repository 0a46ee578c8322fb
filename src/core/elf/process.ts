import { abiOf } from "./machine.ts";
import { isMusl } from "./musl.ts";
import type { LoadedObject } from "./search.ts";

/** What one process has loaded, by every name that the loader knows it under. */
export class Process {
	readonly main: LoadedObject;
	readonly #byName: Map<string, LoadedObject>;
	readonly #byFile: Map<string, LoadedObject>;

	constructor(main: LoadedObject, from?: Process) {
		this.main = main;
		this.#byName = new Map(from === undefined ? [] : from.#byName);
		this.#byFile = new Map(from === undefined ? [] : from.#byFile);
		this.enter(main, main.path);
	}

	get(name: string): LoadedObject | undefined {
		return this.#byName.get(name);
	}

	names(): Iterable<string> {
		return this.#byName.keys();
	}

	objects(): Iterable<LoadedObject> {
		return this.#byFile.values();
	}

	/** False where the same file is in already: it then only gets one name more. */
	enter(object: LoadedObject, name: string): boolean {
		const key = `${abiOf(object.elf)} ${object.real}`;
		const known = this.#byFile.get(key);
		const entered = known ?? object;
		this.#byFile.set(key, entered);
		this.#byName.set(name, entered);
		// musl's loader knows a library by the names under which it was asked for, and by no other.
		const soname = isMusl(this.main) ? undefined : entered.elf.soname;
		if (soname !== undefined && !this.#byName.has(soname)) this.#byName.set(soname, entered);
		return known === undefined;
	}
}
