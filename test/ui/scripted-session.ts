import type { Event } from "../../src/base/engine/events.ts";
import { Failure } from "../../src/base/failure.ts";
import { type Path, pathFromText } from "../../src/base/path/path.ts";
import type { ProbeTry } from "../../src/make/engine/try-probe.ts";
import type { Answers } from "../../src/options/answers.ts";
import { nextSteps } from "../../src/options/next-steps.ts";
import type { Missing } from "../../src/plan/missing.ts";
import type { SelftestOutcome } from "../../src/selftest/verdict.ts";
import type { TriedRound, WizardSession, WizardTrace } from "../../src/wizard/session/session.ts";
import type { Choice } from "../../src/wizard/state/choice.ts";
import { headOf } from "../../src/wizard/state/file-head.ts";
import type { ActionRequest, CageRow, CageView } from "../../src/wizard/state/home.ts";
import type { TextPage } from "../../src/wizard/state/state.ts";
import type {
	EditedCage,
	FinishedCage,
	MissingRequirement,
	Problem,
	ResumedSession,
	UnneededFiles,
} from "../../src/wizard/state/values.ts";
import type { ReviewRow } from "../../src/wizard/steps/build/review.ts";
import { roundOf } from "../cage/plans.ts";
import { choices } from "./scripted-choices.ts";
import { cagePageOf, cageViewRows, previewOf } from "./scripted-home.ts";
import { hostView, planFor, redis } from "./scripted-plan.ts";
import { counts, reached, shownProcesses, tracedRun } from "./scripted-trace.ts";
import { absent, kernelFile, selftestOf, unneededOf, withheld } from "./scripted-trial.ts";

export * from "./scripted-plan.ts";
export * from "./scripted-trace.ts";
export { absent, selftestOf, unneededOf } from "./scripted-trial.ts";

const path = pathFromText;

export interface Script {
	readonly requirements?: readonly MissingRequirement[];
	readonly problems?: (answers: Answers) => readonly Problem[];
	/** One per round; the last one repeats. */
	readonly rounds?: readonly { readonly answered: boolean; readonly missing: readonly Missing[] }[];
	readonly attempts?: readonly ProbeTry[];
	/** The result of the self-test. */
	readonly tested?: SelftestOutcome;
	/** The names for the record were not asked yet. */
	/** The unneeded files, if the search runs to its end. */
	readonly unneeded?: UnneededFiles;
	/** Milliseconds for each job. */
	readonly pace?: number;
	/** Saved sessions, and the state of each. */
	readonly sessions?: readonly Choice[];
	/** The cages of home. Without them, the wizard opens at its first step. */
	readonly cages?: readonly CageRow[];
	/** When an action ends, if the test decides it. */
	readonly acting?: Promise<unknown>;
	readonly actionFailure?: Failure;
	readonly resumed?: ResumedSession;
	/** Failures that methods throw. */
	readonly failures?: Partial<
		Record<"tryProbe" | "trace" | "plan" | "buildAndTry" | "minimise" | "finish" | "proposeCommand", Failure>
	>;
}

/** A session without effects that records its calls. */
export class ScriptedSession implements WizardSession {
	readonly calls: string[] = [];
	readonly accepted: Missing[] = [];
	/** Lines of each log. */
	logged = 5;
	readonly #listeners = new Set<(event: Event) => void>();
	readonly #script: Script;
	#requirements: readonly MissingRequirement[];
	#finished: () => void = () => {};
	#abort: () => void = () => {};
	#round = 0;

	constructor(script: Script = {}) {
		this.#script = script;
		this.#requirements = script.requirements ?? [];
	}

	listen(listener: (event: Event) => void) {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	}

	emit(...events: Event[]): void {
		for (const event of events) for (const listener of this.#listeners) listener(event);
	}

	async home(examine: boolean) {
		const cages = (this.#script.cages ?? []).map((cage) => (examine ? cage : { ...cage, findings: null, outdated: null }));
		return { cages, sessions: cages.length ? (this.#script.sessions ?? []) : [] };
	}

	async cagePage(name: string) {
		const row = this.#script.cages?.find((cage) => cage.name === name);
		if (!row) throw new Failure("cage-unknown", { name }, 2);
		return cagePageOf(row);
	}

	async cageView(name: string, view: Exclude<CageView, "actions">) {
		return view === "log"
			? Array.from({ length: this.logged }, (_, line) => ({ text: `line ${line}` }))
			: cageViewRows(name, view);
	}

	async preview(request: ActionRequest) {
		this.calls.push(`preview ${request.action}`);
		return previewOf(request);
	}

	async perform({ action }: ActionRequest) {
		this.calls.push(`perform ${action}`);
		this.emit({ event: "output-received", text: "Copying files\n" });
		await (this.#script.acting ?? this.#pause(3));
		if (this.#script.actionFailure) throw this.#script.actionFailure;
		return ["Updated redis: generation 3 has 1 other file."];
	}

	async runCage(name: string) {
		this.calls.push(`run ${name}`);
		return 0;
	}

	async editPlan(name: string): Promise<EditedCage> {
		this.calls.push(`edit ${name}`);
		return { answers: { ...redis, name }, traced: tracedRun(redis, false) };
	}

	async requirements() {
		return this.#requirements;
	}

	async installation(packages: readonly string[]) {
		return { command: `apt-get install -q -y ${packages.join(" ")}`, isAllowed: true };
	}

	async install(requirements: readonly MissingRequirement[]) {
		this.calls.push(`install ${requirements.map((lack) => lack.package).join(" ")}`);
		this.emit({ event: "output-received", text: "Setting up strace…\n" });
		await this.#pause(4);
		this.#requirements = [];
	}

	async choices() {
		return [...(this.#script.sessions ?? []), ...choices];
	}

	async propose(choice: Choice) {
		this.calls.push(`propose ${choice.id}`);
		if (choice.kind === "process") {
			return { ...redis, name: choice.name, notes: [{ code: "probe-guessed-http", values: { port: 4369 } }] };
		}
		return choice.name === "redis" ? redis : { ...redis, name: choice.name };
	}

	async proposeCommand(line: string) {
		this.calls.push(`command ${line}`);
		this.#throwIf("proposeCommand");
		const application = { ...redis.application, command: line.split(" "), probes: [], exercises: [] };
		return { ...redis, name: "typed", application };
	}

	async validate(answers: Answers): Promise<readonly Problem[]> {
		this.calls.push("validate");
		if (this.#script.problems) return this.#script.problems(answers);
		const {
			command: [program = ""],
			probes,
		} = answers.application;
		return probes.length ? [] : [{ field: "probe", code: "no-probe", values: { command: program } }];
	}

	async tryProbe(line: string): Promise<readonly ProbeTry[]> {
		this.calls.push(`try ${line}`);
		await this.#pause(1);
		this.#throwIf("tryProbe");
		return (
			this.#script.attempts ?? [
				{ where: "host", ok: false, status: 7, output: "Could not connect to Redis: Connection refused", timedOut: false },
				{ where: "rehearsal", ok: true, status: 0, output: "", timedOut: false },
			]
		);
	}

	async trace(answers: Answers, add = false): Promise<WizardTrace> {
		this.calls.push(add ? "trace added" : "trace");
		this.#throwIf("trace");
		this.emit({ event: "application-started", where: "rehearsal", run: 1 });
		this.emit({ event: "output-received", text: "1:M * Redis is starting\n1:M \x1b[31m# red\x1b[0m\n" });
		this.emit({ event: "accesses-counted", run: 1, counts: { ...counts, paths: 62, newest: [path("/etc/ssl/openssl.cnf")] } });
		this.emit({ event: "processes-seen", processes: shownProcesses }, { event: "coverage-measured", ...reached });
		await this.#pause(5);
		for (const command of answers.application.probes) this.emit({ event: "probe-tried", command, ok: true, output: "" });
		for (const command of answers.application.exercises) this.emit({ event: "exercise-run", command, ok: true, output: "" });
		await this.#untilFinished();
		this.emit({ event: "application-ended", status: 0 }, { event: "application-started", where: "rehearsal", run: 2 });
		await this.#pause(3);
		return tracedRun(answers, add);
	}

	exercise(line: string) {
		this.calls.push(`exercise ${line}`);
		this.emit({ event: "exercise-started", command: line });
		this.emit({ event: "exercise-run", command: line, ok: false, output: "command not found" });
	}

	finishEarly() {
		this.calls.push("finish-early");
		this.#finished();
	}

	async hostView() {
		return hostView;
	}

	async plan(answers: Answers) {
		this.calls.push("plan");
		await this.#pause(1);
		this.#throwIf("plan");
		return planFor(answers);
	}

	async buildAndTry(answers: Answers): Promise<TriedRound> {
		this.calls.push("build");
		this.emit({ event: "phase-started", phase: "copying" });
		for (let done = 0; done <= 4; done++) {
			const bytes = { bytesDone: done * 4_000_000, bytesTotal: 16_000_000 };
			this.emit({ event: "file-copied", path: path(`/usr/lib/libexample-${done}.so`), ...bytes });
			await this.#pause(1);
		}
		this.#throwIf("buildAndTry");
		this.emit({ event: "phase-started", phase: "syncing" });
		this.emit({ event: "generation-built", generation: 1, unchanged: false });
		await this.#pause(1);
		this.#round++;
		this.emit(
			{ event: "round-started", round: this.#round, rounds: 5 },
			{ event: "output-received", text: "1:M * Ready to accept connections\n" },
		);
		await this.#pause(5);
		const script = this.#script.rounds ?? [
			{ answered: false, missing: [absent, withheld, kernelFile] },
			{ answered: true, missing: [kernelFile] },
		];
		const round = script[Math.min(this.#round, script.length) - 1];
		const answered = round?.answered ?? true;
		const output = answered ? "" : "Connection refused";
		const probes = answers.application.probes.map((command) => ({ command, ok: answered, output }));
		return {
			...roundOf({ round: this.#round, probes, answered, ...(answered ? {} : { ended: 1 }), ...round }),
			generation: this.#round,
			added: this.#round === 1 ? [] : ["/usr/share/zoneinfo/Europe/Berlin"],
			seconds: 1.25,
		};
	}

	async selftest(): Promise<SelftestOutcome> {
		this.calls.push("selftest");
		for (let tried = 20; tried <= 120; tried += 20) {
			this.emit({ event: "ways-tried", launch: 2, launches: 3, tried, ways: 137 });
			await this.#pause(1);
		}
		return this.#script.tested ?? { test: selftestOf() };
	}

	async minimise(answers: Answers): Promise<UnneededFiles> {
		this.calls.push("minimise");
		// Abortable from the start: a key may come before the last trial ends.
		const settled = this.#untilFinished();
		settled.catch(() => undefined);
		for (let trials = 1; trials <= 4; trials++) {
			const decided = { kept: 2 * trials, leftOut: 40 * trials, open: 200 - 42 * trials };
			this.emit({
				event: "subset-tried",
				trials,
				estimated: 9,
				...decided,
				files: 40 * trials,
				bytes: 2_000_000 * trials,
				secondsLeft: 30 - trials,
			});
			await this.#pause(1);
		}
		if (this.#script.unneeded === undefined) await settled;
		this.#throwIf("minimise");
		return this.#script.unneeded ?? unneededOf(answers);
	}

	leaveOut() {
		this.calls.push("leave out");
	}

	async shell() {
		this.calls.push("shell");
		return 0;
	}

	accept(missing: readonly Missing[]) {
		this.calls.push(`accept ${missing.length}`);
		this.accepted.push(...missing);
	}

	async finish(answers: Answers): Promise<FinishedCage> {
		this.calls.push("finish");
		await this.#pause(2);
		this.#throwIf("finish");
		const command =
			"cagewright make redis --device /dev/fuse --allow-secret /etc/redis/tls.key --exclude '/usr/lib/x86_64-linux-gnu/**' --yes";
		const folder = `/var/lib/cagewright/cages/${answers.name}`;
		return {
			name: answers.name,
			answered: true,
			warnings: [],
			command,
			service: "redis-server.service",
			installs: true,
			root: `${folder}/generations/1`,
			data: `${folder}/data`,
			record: `${folder}/record.md`,
			names: { initiatedBy: "", implementedBy: "", proposal: "operator" },
			next: nextSteps({ name: answers.name, service: "redis-server.service", installs: true, again: command }),
		};
	}

	async fileHead(path: Path) {
		this.calls.push(`head ${path}`);
		return headOf(path, "bind 127.0.0.1\n\x1b]0;evil\x07\n", 30);
	}

	async saveReview(place: string, _name: string, rows: readonly ReviewRow[]) {
		this.calls.push(`review ${place} ${rows.length}`);
		return `/root/${place}`;
	}

	async saveTemplate(name: string) {
		this.calls.push(`template ${name}`);
		return { path: `/var/lib/cagewright/templates/${name}.json`, hidesBuiltIn: name === "nginx" };
	}

	async text(page: TextPage) {
		this.calls.push(`text ${page}`);
		if (page === "record") return `# redis\n\n${"A long line of the record. ".repeat(20)}\n`;
		if (page === "changes") return '- /application/user: "redis"\n+ /application/user: "redis:ssl-cert"\n';
		return "[Unit]\nDescription=redis in its cage\n\n[Service]\nExecStart=/usr/bin/redis-server\n";
	}

	async nameForRecord(initiatedBy: string, implementedBy: string) {
		this.calls.push(`names ${initiatedBy}, ${implementedBy}`);
		return { initiatedBy, implementedBy };
	}

	async installUnit(service: string | undefined) {
		this.calls.push(`install-unit ${service ?? ""}`);
		return { place: "/etc/systemd/system/cage-redis.service", action: "installed" as const, unit: "cage-redis.service" };
	}

	async cancel() {
		this.calls.push("cancel");
		this.#abort();
	}

	keep() {}

	forget() {
		this.calls.push("forget");
	}

	async resume(id: string) {
		this.calls.push(`resume ${id}`);
		const { resumed } = this.#script;
		if (!resumed) throw new Failure("session-unknown", { name: id }, 2);
		return resumed;
	}

	async discard(id: string) {
		this.calls.push(`discard ${id}`);
	}

	#untilFinished(): Promise<void> {
		return new Promise((resolve, reject) => {
			this.#finished = resolve;
			this.#abort = () => reject(Object.assign(new Error("aborted"), { name: "AbortError" }));
		});
	}

	async #pause(times: number) {
		const { pace = 0 } = this.#script;
		for (let at = 0; at < times; at++) await new Promise((resolve) => setTimeout(resolve, pace));
	}

	#throwIf(method: keyof NonNullable<Script["failures"]>) {
		const failure = this.#script.failures?.[method];
		if (failure) throw failure;
	}
}
