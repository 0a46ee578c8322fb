import { omitUndefined } from "../../base/collections.ts";
import type { Context } from "../../base/engine/context.ts";
import { Failure } from "../../base/failure.ts";
import { baseName, type Path, pathToText } from "../../base/path/path.ts";
import { printable, quoteShellLine, showPath } from "../../base/path/quote.ts";
import { knownCage, presentCage, requireTrace } from "../../cage/engine/cages.ts";
import { reportedFinding } from "../../check/acknowledgement.ts";
import { reportedBy } from "../../check/checked-cage.ts";
import { checkCage } from "../../check/engine/check.ts";
import { openNames } from "../../check/report/check.ts";
import type { Terminal } from "../../cli/terminal.ts";
import { entryTable } from "../../plan/report/plan.ts";
import { recordOf } from "../../record/engine/record.ts";
import { historyLine } from "../../record/record.ts";
import { historyWords, readableTimes } from "../../record/report/history.ts";
import { residualRisks } from "../../record/residual-risks.ts";
import { isServiceOf } from "../../unit/engine/unit.ts";
import { unitName } from "../../unit/installed.ts";
import { type CageOverview, type ExaminedCages, overview } from "../../upkeep/engine/overview.ts";
import type { Alarm } from "../../watch/alarm.ts";
import { alarmMessage } from "../../watch/report/alarm.ts";
import { savedSessions } from "../session/saved-sessions.ts";
import type { Home } from "../session/session.ts";
import type { ActionPreview, ActionRequest, CagePage, CageRow, CageView, HomeList, ViewRow } from "../state/home.ts";
import { type CageAction, cageActions, runInForeground } from "./cage-actions.ts";
import { PageTerminal } from "./page-terminal.ts";
import { riskRequest } from "./risk-requests.ts";

/** Lines of a log to show, the newest. */
const mostLogLines = 500;

/** Home on this machine. Each action is its verb, whose output becomes a page. */
export class SystemHome implements Home {
	readonly #terminal: Terminal;
	#examined: ExaminedCages = new Map();

	constructor(terminal: Terminal) {
		this.#terminal = terminal;
	}

	async list(context: Context, examine: boolean): Promise<HomeList> {
		const cages = await overview(context, examine ? undefined : this.#examined);
		if (examine) this.#examined = new Map(cages.map(({ findings, name, outdated }) => [name, { findings, outdated }]));
		const { now, sessions } = context.machine;
		return { cages: cages.map((cage) => rowOf(cage, now())), sessions: await savedSessions(sessions, now()) };
	}

	async page(context: Context, name: string): Promise<CagePage> {
		const { now, store } = context.machine;
		const found = await this.#find(context, name);
		const row = rowOf(found, now());
		if (found.generation === null) return { row, facts: [], actions: [{ action: "remove", cage: name }] };
		const { cage, layout, manifest } = await presentCage(context, name);
		const { facts, networks } = this.#terminal.messages.wizard.home;
		return {
			row,
			facts: [
				[facts.command, printable(quoteShellLine(cage.application.command))],
				[facts.account, printable(manifest.identity.name)],
				[facts.network, networks[cage.application.network]],
				[facts.root, showPath(layout.root)],
				[facts.data, showPath(layout.data)],
			],
			actions: await possibleActions(context, found, (await store.generations(name)).length > 1),
		};
	}

	async #find(context: Context, name: string): Promise<CageOverview> {
		const found = (await overview(context, this.#examined)).find((cage) => cage.name === name);
		if (!found) throw new Failure("cage-unknown", { name }, 2);
		return found;
	}

	async view(context: Context, name: string, view: Exclude<CageView, "actions">): Promise<readonly ViewRow[]> {
		const { messages } = this.#terminal;
		const { store, now } = context.machine;
		switch (view) {
			case "reach": {
				const { remedy, severities, what } = messages.record.risks;
				return residualRisks(await recordOf(context, name)).map(({ code, severity, values }) => {
					const request = riskRequest(code, name);
					return {
						text: `${severities[severity]}: ${messages.fill(what[code], values)}`,
						detail: remedy[code],
						...omitUndefined({ request }),
					};
				});
			}
			case "alarms": {
				const alarms = await store.alarms(name);
				const stop = stopOf(await this.#find(context, name));
				// Nothing is written to a state folder that another user can change.
				await store.upkeep.noteLook(name, now()).catch(() => {});
				return alarms.toReversed().map((alarm) => this.#alarmRow(alarm, stop));
			}
			case "findings": {
				const checked = await checkCage(context, name);
				const open = new Set(openNames(checked));
				const words = new Map(checked.findings.map((one) => [reportedFinding(one).id, messages.finding(one)]));
				// Those that need a decision come first.
				const all = reportedBy(checked).toSorted((a, b) => Number(open.has(b.id)) - Number(open.has(a.id)));
				return all.map(({ id }) => {
					const said = words.get(id);
					return {
						text: `${open.has(id) ? "[!]" : "[ok]"} ${id}`,
						...(said ? { detail: `${said.what}. ${said.fix}` } : {}),
						...(open.has(id) ? { request: { action: "accept", cage: name, value: id } } : {}),
					} as const;
				});
			}
			case "log": {
				const { pids, service } = await this.#find(context, name);
				const text = service === null ? "" : await context.machine.services.output(service, 0);
				const lines = text.split("\n").slice(-mostLogLines);
				const words = messages.wizard.home;
				if (text === "" && pids.length && service === null) return [{ text: words.logElsewhere }];
				return text === "" ? [] : lines.flatMap((line) => (line === "" ? [] : { text: line }));
			}
			case "history":
				return (await store.history(name)).toReversed().map((line) => {
					const one = historyLine(line);
					const { action, details, labelled } = historyWords(one, messages);
					return { text: `${readableTimes(one.time)}  ${action}  ${labelled?.join(", ") ?? details}` };
				});
			case "files": {
				const { manifest } = await presentCage(context, name);
				return entryTable(manifest.entries, messages)
					.split("\n")
					.map((text) => ({ text }));
			}
		}
	}

	/** Enter permits what was refused, or stops the cage if nothing may permit it. */
	#alarmRow(alarm: Alarm, stop: ActionRequest | undefined): ViewRow {
		const { messages } = this.#terminal;
		const [value] = (alarm.options ?? []).flatMap((option) => /^--allow (\S+)$/.exec(option)?.[1] ?? []);
		const request: ActionRequest | undefined = value === undefined ? stop : { action: "allow", cage: alarm.cage, value };
		const { noStopAdvice, stopAdvice } = messages.wizard.home;
		return {
			text: `${readableTimes(alarm.time)} ${messages.alarms.severities[alarm.severity]} ${alarmMessage(alarm, messages)}`,
			detail: stop ? stopAdvice : noStopAdvice,
			...omitUndefined({ request }),
			...(stop && request !== stop ? { stop } : {}),
		};
	}

	async preview(context: Context, request: ActionRequest): Promise<ActionPreview> {
		const action = cageActions[request.action];
		const terminal = new PageTerminal(this.#terminal, context);
		const found = await action.preview(terminal, request, context);
		const { wizard } = this.#terminal.messages;
		const side = found === "host" || found === "cage" ? found : undefined;
		return {
			lines: [...terminal.lines, ...(side ? ["", wizard.home.kept[side]] : [])],
			command: this.#command(action, request),
			acts: found !== false && request.action !== "record",
			...(side ? { otherwise: { ...request, keep: side === "host" ? "cage" : "host" } } : {}),
		};
	}

	#command(action: CageAction, request: ActionRequest): string {
		return action
			.command(request)
			.map((words) => (words[0] === "systemctl" ? quoteShellLine(words) : this.#terminal.commandLine(...words)))
			.join(" && ");
	}

	async perform(context: Context, request: ActionRequest): Promise<readonly string[]> {
		const terminal = new PageTerminal(this.#terminal, context);
		await cageActions[request.action].perform(terminal, request, context);
		return terminal.lines;
	}

	run(name: string): Promise<number> {
		return runInForeground(this.#terminal, name);
	}

	async traced(name: string) {
		const { store } = this.#terminal.machine();
		return { cage: await knownCage(store, name), trace: await requireTrace(store, name) };
	}
}

function rowOf({ damage, madeAt, reaction: _, recentAlarms: __, ...row }: CageOverview, now: number): CageRow {
	const age = madeAt === null ? null : Math.max(0, Math.round((now - Date.parse(madeAt)) / 1000));
	return { ...row, madeAt, age, ...(damage ? { problem: { code: damage.code, values: damage.values } } : {}) };
}

/** What can be done with a built cage now, the usual first. */
async function possibleActions(context: Context, cage: CageOverview, hasEarlier: boolean): Promise<ActionRequest[]> {
	const { as, name, running, service } = cage;
	const { accounts, services } = context.machine;
	const isManaged = accounts.own() === undefined && services.running();
	const stop = stopOf(cage);
	const host = as === null && isManaged ? await serviceFor(context, name) : undefined;
	const ofService = (action: "adopt" | "release" | "start", value: string | null | undefined): ActionRequest[] =>
		value ? [{ action, cage: name, value }] : [];
	const simple = (action: ActionRequest["action"], isPossible = true): ActionRequest[] =>
		isPossible ? [{ action, cage: name }] : [];
	return [
		...simple("update"),
		...ofService("adopt", host),
		...simple("install-unit", isManaged && as !== "adopted" && as !== "unit"),
		...(isManaged && !running ? ofService("start", service) : []),
		...simple("run", !running && as !== "adopted"),
		...(stop ? [stop] : []),
		...(as === "adopted" ? ofService("release", service) : []),
		...simple("rollback", hasEarlier),
		...simple("watch", running && accounts.own() === undefined),
		...simple("edit"),
		...simple("minimise"),
		...simple("record"),
		...simple("export"),
		...simple("remove-unit", isManaged && as === "unit" && !running && service === unitName(name)),
		...simple("remove", !running && as !== "adopted"),
	];
}

/** Stops a service as systemd does, so that it is not started again. Undefined if nothing runs. */
function stopOf({ name, running, service }: CageOverview): ActionRequest | undefined {
	return running ? { action: "stop", cage: name, ...(service === null ? {} : { value: service }) } : undefined;
}

/** The host's service of the same application, which can be adopted. */
async function serviceFor(context: Context, name: string): Promise<string | undefined> {
	const cage = await knownCage(context.machine.store, name);
	const [program = ""] = cage.application.command;
	const candidates = [cage.unit, name, pathToText(baseName(program as Path))];
	for (const candidate of candidates) {
		const host = candidate === undefined ? undefined : context.machine.units.service(candidate);
		if (host && isServiceOf(context, cage, host)) return host.name;
	}
	return undefined;
}
