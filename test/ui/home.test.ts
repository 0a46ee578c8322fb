import { EventEmitter, once } from "node:events";
import { expect, test } from "vitest";
import { Failure } from "../../src/base/failure.ts";
import { openScreen, type ScreenDriver } from "./screen.ts";
import { cages } from "./scripted-home.ts";
import type { Script } from "./scripted-session.ts";

/** Opens the page of the only cage. */
async function onPage(script: Script = {}): Promise<ScreenDriver> {
	const screen = openScreen({ cages: cages(1), ...script }, 80, 24);
	await screen.when(({ home }) => home !== undefined);
	screen.type("\r");
	await screen.when(({ cage }) => cage?.page !== undefined);
	return screen;
}

test("the wizard opens at its first step if there is no cage", async () => {
	const screen = openScreen({}, 80, 24);
	await screen.sees(screen.words.choose.title.slice(0, 20));
	expect(screen.session.calls).toEqual([]);
});

test("keys that arrive in one read preview the action that they choose, and perform it only after its page", async () => {
	const screen = openScreen({ cages: cages(12) }, 80, 24);
	await screen.when(({ home }) => home?.cages[0]?.findings === 0);
	screen.type("j\r");
	await screen.when(({ cage }) => cage?.name === "nginx" && cage.page !== undefined);
	screen.type("jjjj\r");
	await screen.when(({ action }) => action?.preview !== undefined);
	expect(screen.session.calls).toEqual(["preview rollback"]);
	screen.type("\r\r\r");
	await screen.when(({ action }) => action?.outcome !== undefined);
	expect(screen.session.calls).toEqual(["preview rollback", "perform rollback"]);
});

test("Esc leaves a preview without performing it", async () => {
	const screen = await onPage();
	screen.type("\r");
	await screen.when(({ action }) => action?.preview !== undefined);
	screen.key("escape");
	await screen.when(({ overlay }) => overlay === undefined);
	expect(screen.session.calls).toEqual(["preview update"]);
});

test("a failed action is explained on the cage's page", async () => {
	const screen = await onPage({ actionFailure: new Failure("nothing-before", { name: "redis", generation: 1 }) });
	screen.type("\r");
	await screen.when(({ action }) => action?.preview !== undefined);
	screen.type("\r");
	await screen.when(({ failure }) => failure?.code === "nothing-before");
	expect(screen.store.state).toMatchObject({ screen: "cage" });
});

async function acting(script: Script): Promise<ScreenDriver> {
	const screen = await onPage(script);
	screen.type("\r");
	await screen.when(({ action }) => action?.preview !== undefined);
	screen.type("\r");
	await screen.when(({ jobs }) => jobs.act !== undefined);
	screen.key("escape");
	await screen.sees(screen.words.home.stopping.slice(0, 20));
	return screen;
}

test("an action that Esc stops was undone, and can be begun again", async () => {
	const work = new EventEmitter();
	const screen = await acting({ acting: once(work, "end") });
	work.emit("error", new Error("aborted"));
	await screen.when(({ notice }) => notice?.code === "action-stopped");
	expect(screen.store.state.overlay).toBe("action");
	expect(screen.store.state.failure).toBeUndefined();
	screen.type("\r");
	await screen.when(({ jobs }) => jobs.act !== undefined);
});

test("an action that had finished when Esc was pressed shows its result", async () => {
	const work = new EventEmitter();
	const screen = await acting({ acting: once(work, "end") });
	work.emit("end");
	await screen.when(({ notice }) => notice?.code === "action-too-late");
	await screen.sees("generation 3");
});

test("an alarm offers to permit its cause, and to stop the cage", async () => {
	const screen = await onPage();
	screen.type("\t\t");
	await screen.sees("call:mount");
	screen.type("s");
	await screen.when(({ action }) => action?.preview !== undefined);
	expect(screen.session.calls).toEqual(["preview stop"]);
});

test("a running cage's log stays at its end, and is read again while it is shown", async () => {
	const screen = await onPage();
	screen.type("\t\t\t\t");
	await screen.when(({ cage, jobs }) => cage?.rows.log?.length === 5 && jobs.view === undefined);
	expect(screen.store.state.cursors.cage).toBe(4);
	screen.session.logged = 7;
	screen.store.dispatch({ type: "refreshed" });
	await screen.when(({ cage }) => cage?.rows.log?.length === 7);
	expect(screen.store.state.cursors.cage).toBe(6);
	screen.type("g");
	screen.session.logged = 9;
	screen.store.dispatch({ type: "refreshed" });
	await screen.when(({ cage }) => cage?.rows.log?.length === 9);
	expect(screen.store.state.cursors.cage).toBe(0);
});

test("a plan is edited from a cage's page, at Files", async () => {
	const screen = await onPage();
	screen.type("jjjjjj\r");
	await screen.when(({ action }) => action?.preview !== undefined);
	screen.type("\r");
	await screen.when(({ plan, screen: shown }) => shown === "files" && plan !== undefined);
	expect(screen.session.calls).toContain("edit redis");
});
