import { describe, expect, test } from "vitest";
import { offered } from "../../src/wizard/bindings/footer.ts";
import { fixLabel } from "../../src/wizard/fixes/open-fix.ts";
import type { ActionPreview, ActionRequest, CageView, ViewRow } from "../../src/wizard/state/home.ts";
import { riskRequests } from "../../src/wizard/verbs/risk-requests.ts";
import { catalogues, messagesIn } from "../texts.ts";
import { cagePageOf, cages } from "../ui/scripted-home.ts";
import { redis } from "../ui/scripted-session.ts";
import { Drive, enter, traced } from "./drive.ts";

const service = "redis-server.service";
const [row] = cages(1);
if (!row) throw new Error("no cage");

const onPage = (): Drive =>
	new Drive()
		.act({ type: "started" })
		.answer({ job: "home", value: { cages: [row], sessions: [] } })
		.type(enter)
		.answer({ job: "cage", value: cagePageOf(row) })
		.forget();

const atView = (view: CageView, ...rows: ViewRow[]): Drive => {
	const wizard = onPage();
	for (let presses = 0; wizard.state.cage?.view !== view && presses < 10; presses++) wizard.type("\t");
	return wizard.answer({ job: "view", value: { view: view as Exclude<CageView, "actions">, rows } }).forget();
};

const preview = (values: Partial<ActionPreview> = {}) =>
	({ job: "preview", value: { lines: ["It changes."], command: "cagewright", acts: true, ...values } }) as const;
const label = ({ state }: Drive) => fixLabel(state, messagesIn("en"), 80);
const request = ({ intentions }: Drive) => intentions.findLast((one) => "request" in one);

describe("a file that changed on both sides", () => {
	const release = (keep: "host" | "cage"): ActionRequest => ({ action: "release", cage: "redis", value: service, keep });
	const refused = () => {
		const wizard = onPage();
		wizard.act({ type: "key", key: { id: "enter" } });
		return wizard.fail("preview", { code: "both-changed", values: { service, path: "/var/lib/redis" } });
	};

	test("is released with the cage's version by a key, and with the host's by the next", () => {
		const wizard = refused();
		expect(label(wizard)).toBe("keep the cage's version");
		expect(request(wizard.type("f"))).toMatchObject({ job: "preview", request: release("cage") });
		wizard.answer(preview({ otherwise: release("host") }));
		expect(label(wizard)).toBe("use the host's version");
		expect(request(wizard.type("f"))).toMatchObject({ job: "preview", request: release("host") });
		wizard.answer(preview({ otherwise: release("cage") })).type(enter);
		expect(request(wizard)).toMatchObject({ job: "act", request: release("host") });
	});

	test("offers no other version once the action began", () => {
		const wizard = refused()
			.type("f")
			.answer(preview({ otherwise: release("host") }))
			.type(enter);
		expect(label(wizard)).toBeUndefined();
	});
});

test("f permits what an alarm reports, after a page that says what changes", () => {
	const allow: ActionRequest = { action: "allow", cage: "redis", value: "call:keyctl" };
	const wizard = atView("alarms", { text: "refused", request: allow });
	expect(label(wizard)).toBe("Permit this: call:keyctl");
	expect(offered(wizard.state).map(({ command }) => command)).toContain("fix");
	expect(request(wizard.type("f"))).toMatchObject({ job: "preview", request: allow });
	expect(wizard.answer(preview()).state.overlay).toBe("action");
});

describe("a risk of the page Reach", () => {
	const { remedy } = catalogues.en.record.risks;
	const network: ActionRequest = {
		action: "edit",
		cage: "redis",
		at: { kind: "field", field: "network", text: "none" },
	};

	test("leads with Enter to the field of its remedy, and then to the review", () => {
		const wizard = atView("reach", { text: "network", request: network });
		expect(request(wizard.type(enter))).toMatchObject({ job: "preview", request: network });
		wizard.answer(preview()).type(enter);
		expect(wizard.intentions.at(-1)).toMatchObject({ job: "edit-plan", name: "redis", at: network.at });
		wizard.answer({ job: "edit-plan", value: { answers: redis, traced, ...(network.at ? { at: network.at } : {}) } });
		const { answers, detour, form, screen } = wizard.state;
		expect([screen, detour, form?.rows[form.cursor]?.field, answers?.application.network]).toEqual([
			"form",
			true,
			"network",
			"none",
		]);
	});

	test("proposes what its remedy names", () => {
		const refused = Object.entries(remedy).flatMap(([code, text]) => {
			const word = / --refuse ([a-z-]+)/.exec(text)?.[1];
			return word === undefined ? [] : [[code, word] as const];
		});
		expect(refused.length).toBeGreaterThan(10);
		const proposed = refused.map(([code]) => riskRequests[code as keyof typeof remedy]?.at);
		expect(proposed).toEqual(refused.map(([, text]) => ({ kind: "field", field: "refuse", text })));
	});

	test("without a row's action, the footer offers no Enter", () => {
		const wizard = atView("reach", { text: "kernel" });
		expect(offered(wizard.state).map(({ command }) => command)).not.toContain("choose");
	});
});
