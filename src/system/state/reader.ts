import type { Adoption } from "../../core/adoption/adoption.ts";
import type { Cage } from "../../core/cage/cage.ts";
import type { Manifest } from "../../core/cage/manifest.ts";
import { type Path, pathFromText } from "../../core/path/path.ts";
import type { CageReader } from "../../engine/store.ts";
import { readAdoption } from "../adoption/adoption-json.ts";
import { currentGeneration, listGenerations, readManifest } from "../files/generations.ts";
import { cagePaths, listCages, readCage } from "./cages.ts";
import { onRestartRequest } from "./restart.ts";

/** What starting a cage reads of the state folder; all that writes is in store.ts. */
export class StateReader implements CageReader {
	protected readonly folder: Path;

	constructor(folder: string) {
		this.folder = pathFromText(folder);
	}

	names(): Promise<string[]> {
		return listCages(this.folder);
	}

	cage(name: string): Promise<Cage | undefined> {
		return readCage(this.folder, name);
	}

	present(name: string): Promise<number | undefined> {
		return currentGeneration(this.paths(name).directory);
	}

	manifest(name: string, generation: number): Promise<Manifest> {
		return readManifest(this.paths(name).directory, generation);
	}

	root(name: string, generation: number): Path {
		return this.paths(name).root(generation);
	}

	presentRoot(name: string): Path {
		return this.paths(name).current;
	}

	data(name: string): Path {
		return this.paths(name).data;
	}

	generations(name: string): Promise<number[]> {
		return listGenerations(this.paths(name).directory);
	}

	adoption(name: string): Promise<Adoption | undefined> {
		return readAdoption(this.paths(name).adoption);
	}

	onRestartRequest(name: string, listener: (generation: number, answer: (stopSeconds: number) => void) => void): () => void {
		return onRestartRequest(this.paths(name).directory, listener);
	}

	protected paths(name: string) {
		return cagePaths(this.folder, name);
	}
}
