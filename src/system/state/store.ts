import { createHash } from "node:crypto";
import { chmod, readFile, rmdir } from "node:fs/promises";
import type { Adoption } from "../../core/adoption/adoption.ts";
import type { Cage } from "../../core/cage/cage.ts";
import type { Edit } from "../../core/cage/edits.ts";
import type { Manifest } from "../../core/cage/manifest.ts";
import { confineName } from "../../core/confinement/confine.ts";
import { initExecutable } from "../../core/confinement/init.ts";
import { emptyName, initName, openInitName } from "../../core/confinement/launch.ts";
import { join, type Path, parent, pathFromText, pathToBytes, pathToText } from "../../core/path/path.ts";
import type { OwnerChange } from "../../core/plan/plan.ts";
import type { ParameterValues } from "../../core/template/parameters.ts";
import type { Template } from "../../core/template/template.ts";
import type { Trace } from "../../core/trace/trace.ts";
import type { Watched } from "../../core/watch/watched.ts";
import type {
	AdoptedState,
	BuildRequest,
	Built,
	CageContent,
	CagePlace,
	Exported,
	ExportRequest,
	ImportRequest,
	InspectedArchive,
	Lock,
	MadeAccount,
	PartialTrees,
	ReceivedCage,
	RecordStore,
	Removal,
	StaleMark,
	Store,
	StoredTemplate,
	Switching,
} from "../../engine/store.ts";
import { adoptedState, forgetAdoption, writeAdoption } from "../adoption/adopted-state.ts";
import { bringBackMissing } from "../files/arrange.ts";
import { buildGeneration, isUpToDate } from "../files/build.ts";
import { findEdits, setAside } from "../files/edits.ts";
import { errorName } from "../files/errors.ts";
import { clearLeftovers, readManifest, removeGeneration, switchBack, switchGeneration } from "../files/generations.ts";
import { removeTree } from "../files/remove.ts";
import { seedData } from "../files/seed.ts";
import { freeBytes } from "../files/survey.ts";
import { readText } from "../files/text-files.ts";
import { changeTreeOwner, partialTrees } from "../files/trees.ts";
import { inspectArchive } from "./archive/inspect.ts";
import { exportCage } from "./archive/pack.ts";
import { receiveCage } from "./archive/receive.ts";
import { arrangeFor, finishArranging, rootsOf } from "./arranging.ts";
import { writeAtomic } from "./atomic.ts";
import { cagePaths, clearRemovedCages, clearUnfinished, hasData, openState, writeCage } from "./cages.ts";
import { makeSafeFolder, refuseUnsafe } from "./folder.ts";
import { lockCage } from "./lock.ts";
import { appendLog, readLog } from "./log.ts";
import { readMadeAccount, writeMadeAccount } from "./made-account.ts";
import { transientName } from "./process.ts";
import { StateReader } from "./reader.ts";
import { recordStore } from "./records.ts";
import { beginRemoval, cageContents, endRemoval, removeContents } from "./removal.ts";
import { restartAnswer, restartRequest } from "./restart.ts";
import { readStaleMark, staleMark } from "./stale.ts";
import { StateTemplates } from "./templates.ts";
import { readTrace, writeTrace } from "./traces.ts";
import { readRemoval, readSwitching, unfinishedCages, writeSwitching } from "./unfinished.ts";
import { readWatched, watchedName, watchedToText } from "./watched.ts";

const hostTrace = "host";

/** The state folder on disk. Looking at it makes nothing; the first thing that is written makes the folder. */
export class StateFolder extends StateReader implements Store {
	readonly adopting: AdoptedState;
	readonly records: RecordStore;

	constructor(folder: string) {
		super(folder);
		this.records = recordStore(this.folder);
		this.adopting = adoptedState((name) => this.paths(name).directory);
	}

	async place(name: string): Promise<CagePlace> {
		return {
			folder: pathToText(this.folder) ?? "",
			free: await freeBytes(this.folder),
			hasData: await hasData(this.folder, name),
		};
	}

	async lock(name: string): Promise<Lock> {
		await openState(this.folder);
		const { directory, lock } = cagePaths(this.folder, name);
		await makeSafeFolder(directory);
		const held = lockCage(lock, name);
		await clearRemovedCages(this.folder);
		await clearLeftovers(directory);
		await finishArranging(directory);
		const hadData = await hasData(this.folder, name);
		const clear = () => clearUnfinished(this.folder, name, hadData);
		return {
			clear,
			release: async () => {
				// Where nothing came of it there is nothing to keep; and what went wrong then matters more than what went wrong here.
				await clear().catch(() => {});
				held.release();
				await rmdir(pathToBytes(directory)).catch(() => {});
			},
		};
	}

	saveCage(cage: Cage): Promise<void> {
		return writeCage(this.folder, cage);
	}

	trace(name: string): Promise<Trace | undefined> {
		return readTrace(this.paths(name).traces, hostTrace);
	}

	saveTrace(name: string, trace: Trace): Promise<void> {
		return writeTrace(this.paths(name).traces, hostTrace, trace);
	}

	launcher(name: string): Path {
		return join(this.paths(name).directory, "launcher");
	}

	async build({ name, onFile, onPhase, plan, previous: from, signal }: BuildRequest): Promise<Built> {
		const { directory, root } = this.paths(name);
		const previous = from === undefined ? undefined : { manifest: await readManifest(directory, from), root: root(from) };
		const unchanged = previous !== undefined && (await isUpToDate(plan, previous));
		const manifest = unchanged
			? previous.manifest
			: await buildGeneration({
					plan,
					cage: directory,
					now: new Date(),
					activate: false,
					signal,
					onFile,
					...(onPhase ? { onPhase } : {}),
					...(previous ? { previous } : {}),
				});
		const { generation } = manifest;
		try {
			onPhase?.("seeding");
			await this.bringBackState(manifest);
			const { unstable } = await seedData({ plan, cage: directory, signal, onFile });
			await this.#placeInit(name);
			return { generation, unchanged, manifest, unstable };
		} catch (error) {
			// Nobody gets to know of a candidate whose state could not be copied.
			if (!unchanged) await removeGeneration(directory, generation);
			throw error;
		}
	}

	edits(manifest: Manifest, signal: AbortSignal): Promise<readonly Edit[]> {
		return findEdits(this.root(manifest.name, manifest.generation), manifest, signal);
	}

	setAside(name: string, generation: number, edit: Edit): Promise<Path | undefined> {
		const { directory, root } = this.paths(name);
		return setAside(directory, generation, root(generation), edit);
	}

	bringBackState(manifest: Manifest): Promise<void> {
		return bringBackMissing(this.paths(manifest.name).data, rootsOf(manifest));
	}

	async publish(name: string, generation: number): Promise<void> {
		const { directory } = this.paths(name);
		await arrangeFor(directory, generation, () => switchGeneration(directory, generation));
	}

	async restore(name: string, generation: number | undefined, cage: Cage | undefined): Promise<void> {
		const { description, directory } = this.paths(name);
		if (generation === undefined) await switchBack(directory, undefined);
		else await arrangeFor(directory, generation, () => switchBack(directory, generation));
		if (cage === undefined) await removeTree(description);
		else await writeCage(this.folder, cage);
	}

	async partialTrees(manifest: Manifest, signal: AbortSignal): Promise<PartialTrees> {
		const folder = join(join(this.folder, "scratch"), transientName("scratch"));
		await makeSafeFolder(folder);
		try {
			return await partialTrees(this.root(manifest.name, manifest.generation), manifest.entries, folder, signal);
		} catch (error) {
			await removeTree(folder);
			throw error;
		}
	}

	discard(name: string, generation: number): Promise<void> {
		return removeGeneration(this.paths(name).directory, generation);
	}

	contents(name: string): Promise<readonly CageContent[]> {
		return cageContents(this.folder, name);
	}

	beginRemoval(name: string, removal: Removal): Promise<void> {
		return beginRemoval(this.paths(name).directory, removal);
	}

	removal(name: string): Promise<Removal | undefined> {
		return readRemoval(this.paths(name).directory);
	}

	removeContents(name: string, removal: Removal): Promise<void> {
		return removeContents(this.paths(name).directory, removal);
	}

	endRemoval(name: string, removal: Removal): Promise<void> {
		return endRemoval(this.paths(name).directory, removal);
	}

	unfinished(): Promise<readonly string[]> {
		return unfinishedCages(join(this.folder, pathFromText("cages")));
	}

	switching(name: string): Promise<Switching | undefined> {
		return readSwitching(this.paths(name).directory);
	}

	saveSwitching(name: string, switching: Switching | undefined): Promise<void> {
		return writeSwitching(this.paths(name).directory, switching);
	}

	saveAdoption(name: string, adoption: Adoption): Promise<void> {
		return writeAdoption(this.paths(name).adoption, adoption);
	}

	endAdoption(name: string): Promise<void> {
		return forgetAdoption(this.paths(name).adoption);
	}

	exportCage(request: ExportRequest, signal: AbortSignal): Promise<Exported> {
		return exportCage({ ...request, state: this.folder, signal });
	}

	inspectArchive(archive: Path, signal: AbortSignal): Promise<InspectedArchive> {
		return inspectArchive(archive, signal);
	}

	async receiveCage(request: ImportRequest, signal: AbortSignal): Promise<ReceivedCage> {
		const received = await receiveCage(this.folder, request, signal);
		const takeIn = async (account?: MadeAccount) => {
			await received.takeIn(account);
			await this.#placeInit(request.cage.name);
		};
		return { ...received, takeIn };
	}

	async isTaken(name: string): Promise<boolean> {
		return (await this.cage(name)) !== undefined || (await hasData(this.folder, name));
	}

	async markStale(name: string, mark: StaleMark | undefined): Promise<void> {
		const path = join(this.paths(name).directory, staleMark);
		refuseUnsafe(parent(path));
		if (mark) await writeAtomic(path, `${JSON.stringify(mark)}\n`);
		else await removeTree(path);
	}

	staleMark(name: string): Promise<StaleMark | undefined> {
		return readStaleMark(join(this.paths(name).directory, staleMark));
	}

	async saveWatched(name: string, watched: Watched | undefined): Promise<void> {
		const path = join(this.paths(name).directory, watchedName);
		refuseUnsafe(parent(path));
		if (watched) await writeAtomic(path, watchedToText(watched));
		else await removeTree(path);
	}

	watched(name: string): Promise<Watched | undefined> {
		return readWatched(join(this.paths(name).directory, watchedName));
	}

	async requestRestart(name: string, generation: number): Promise<void> {
		refuseUnsafe(this.paths(name).directory);
		return writeAtomic(join(this.paths(name).directory, restartRequest), `${generation}\n`);
	}

	restartAnswer(name: string, generation: number): number | undefined {
		return restartAnswer(this.paths(name).directory, generation);
	}

	async log(name: string, action: string, details: Readonly<Record<string, unknown>>): Promise<void> {
		refuseUnsafe(this.paths(name).directory);
		return appendLog(this.paths(name).log, { time: new Date().toISOString(), action, details });
	}

	async history(name: string): Promise<string[]> {
		return (await readLog(this.paths(name).log)).map(
			({ action, details, time }) => `${time} ${action} ${JSON.stringify(details)}`,
		);
	}

	async record(name: string): Promise<string | undefined> {
		return readText(this.#recordPath(name)).catch((error: unknown) => {
			if (errorName(error) === "ENOENT") return undefined;
			throw error;
		});
	}

	async saveRecord(name: string, text: string): Promise<string> {
		const path = this.#recordPath(name);
		refuseUnsafe(parent(path));
		await writeAtomic(path, text);
		return pathToText(path) ?? "";
	}

	madeAccount(name: string): Promise<MadeAccount | undefined> {
		return readMadeAccount(this.paths(name).directory);
	}

	saveMadeAccount(name: string, account: MadeAccount | undefined): Promise<void> {
		return writeMadeAccount(this.paths(name).directory, account);
	}

	changeDataOwner(name: string, change: OwnerChange): Promise<void> {
		return changeTreeOwner(this.paths(name).data, change);
	}

	async templates(): Promise<StoredTemplate[]> {
		return this.#templates.list();
	}

	async saveTemplate(template: Template, values: ParameterValues = {}): Promise<string> {
		await openState(this.folder);
		return this.#templates.save(template, values);
	}

	async acceptTemplate(hash: string): Promise<void> {
		await openState(this.folder);
		await this.#templates.accept(hash);
	}

	async removeTemplate(name: string): Promise<boolean> {
		refuseUnsafe(this.folder);
		return this.#templates.remove(name);
	}

	async placeConfiner(name: string, program: Uint8Array): Promise<string> {
		const file = `${confineName}-${createHash("sha256").update(program).digest("hex").slice(0, 12)}`;
		await this.#placeProgram(name, file, program);
		// The unit that starts it takes an init of this release.
		await this.#placeInit(name);
		return file;
	}

	async #placeInit(name: string): Promise<void> {
		for (const [file, closes] of [
			[initName, true],
			[openInitName, false],
		] as const) {
			const init = initExecutable(process.arch, { closes });
			if (init) await this.#placeProgram(name, file, init);
		}
	}

	async #placeProgram(name: string, file: string, program: Uint8Array): Promise<void> {
		const folder = this.launcher(name);
		// A unit mounts them into the cage, where the account has to go through them; here nobody gets past the folders above.
		for (const directory of [folder, join(folder, emptyName)]) {
			await makeSafeFolder(directory);
			await chmod(pathToBytes(directory), 0o755);
		}
		const place = join(folder, pathFromText(file));
		const there = await readFile(pathToBytes(place)).catch(() => undefined);
		if (!there?.equals(program)) await writeAtomic(place, program, 0o755);
	}

	get #templates(): StateTemplates {
		return new StateTemplates(this.folder);
	}

	#recordPath(name: string): Path {
		return join(this.paths(name).directory, "record.md");
	}
}
