import type { Assignment } from "./unit-text.ts";

export type Placed = Assignment & { readonly text: number };

/** What unit files and drop-ins say together: single settings take the last value, lists add up (systemd.unit(5)). */
export class Settings {
	readonly #values = new Map<string, Placed[]>();

	add(text: number, assignment: Assignment): void {
		const key = `${assignment.section}.${assignment.name}`;
		const values = this.#values.get(key) ?? [];
		// "If the empty string is assigned, the list is reset": what came before has no effect.
		if (assignment.value === "") values.length = 0;
		else values.push({ ...assignment, text });
		this.#values.set(key, values);
	}

	list(section: string, name: string): readonly Placed[] {
		return this.#values.get(`${section}.${name}`) ?? [];
	}

	/** The last of each setting whose name matches. */
	named(section: string, pattern: RegExp): readonly Placed[] {
		return [...this.#values.values()].flatMap((values) =>
			values.filter((each) => each.section === section && pattern.test(each.name)).slice(-1),
		);
	}

	/** Everything that has an effect in a section, in no particular order. */
	of(section: string): readonly Placed[] {
		return [...this.#values.values()].flat().filter((each) => each.section === section);
	}

	last(section: string, name: string): string | undefined {
		return this.list(section, name).at(-1)?.value;
	}
}
