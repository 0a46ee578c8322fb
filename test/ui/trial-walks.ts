import { messagesIn } from "../texts.ts";
import type { ScreenDriver } from "./screen.ts";
import { absent, type Script, selftestOf } from "./scripted-session.ts";
import type { Walk } from "./walk.ts";

async function toTrial(screen: ScreenDriver): Promise<void> {
	await screen.sees(screen.words.choose.title.slice(0, 20));
	screen.type("\x1b[B\r");
	await screen.sees(screen.words.form.button);
	screen.type("\r");
	await screen.sees(screen.words.trace.answering.slice(0, 12));
	screen.key("enter");
	await screen.sees("[!] /etc/redis/tls.key");
	screen.type("\r\r");
	await screen.sees(screen.words.build.title.slice(0, 20));
	screen.type("\r");
}

const measured = { filtered: 98, raised: 96, slowest: 0.02, silent: ["clone3-user", "io-uring"] };
const answering: Script = { rounds: [{ answered: true, missing: [] }] };

export const trialWalks: readonly Walk[] = [
	{
		name: "the pages of a trial",
		async go(screen, seen) {
			await toTrial(screen);
			await screen.sees(screen.words.trial.declined);
			await seen("trial-missing-first");
			screen.type("j");
			await seen("trial-missing-second");
			screen.type("i");
			await seen("trial-missing-why");
			screen.type("io");
			await screen.sees(screen.words.trial.output);
			await seen("trial-output");
			screen.type("/ready");
			await screen.sees("1/1");
			await seen("trial-output-find");
			screen.type("\rqt");
			await screen.sees(screen.words.notices.untested.slice(0, 20));
			await seen("trial-untested");
		},
	},
	{
		name: "a cage with an escape",
		script: { ...answering, tested: { test: { ...selftestOf(["signal", "climb"], ["nosuid"]), alarms: measured } } },
		async go(screen, seen) {
			await toTrial(screen);
			await screen.sees("✗ 2");
			await seen("trial-escaped");
			screen.type("t");
			await screen.sees(messagesIn(screen.language).selftest.section);
			await seen("trial-selftest");
			screen.type("G");
			await seen("trial-selftest-end");
			screen.type("q\r");
			await screen.sees(screen.words.questions.escape.slice(0, 10));
			await seen("save-escape");
			screen.type(screen.language === "de" ? "j" : "y");
			await screen.sees(screen.words.save.root);
			await seen("save-unsafe");
		},
	},
	{
		name: "names for the record",
		script: { ...answering, asksNames: true },
		async go(screen, seen) {
			const { prompts } = screen.words;
			await toTrial(screen);
			await screen.sees("✓ 0");
			screen.type("\r");
			await screen.sees(prompts["initiated-by"]);
			await seen("save-initiated-by");
			screen.type("Erika Mustermann\r");
			await screen.sees(prompts["implemented-by"]);
			await seen("save-implemented-by");
			screen.type("\r");
			await screen.sees(screen.words.notices["names-kept"].slice(0, 20));
			await seen("save-names-kept");
		},
	},
	{
		name: "unneeded files",
		script: answering,
		async go(screen, seen) {
			const { trial } = screen.words;
			await toTrial(screen);
			await screen.sees("✓ 0");
			screen.type("m");
			await screen.when((state) => state.minimising?.progress?.trials === 4);
			await seen("trial-minimising");
			screen.key("escape");
			await screen.sees(screen.words.notices["minimise-stopped"].slice(0, 11));
			screen.type("m");
			await screen.when((state) => state.minimising?.progress?.trials === 4);
			screen.key("enter");
			await screen.sees(trial.unneeded);
			await seen("trial-unneeded");
			screen.type("G");
			await seen("trial-unneeded-end");
		},
	},
	{
		name: "a self-test that cannot run",
		script: { ...answering, tested: { untried: { code: "selftest-needs-perl", values: {} } } },
		async go(screen, seen) {
			await toTrial(screen);
			await screen.sees(screen.words.trial.untested.slice(0, 12));
			await seen("trial-not-tested");
			screen.type("t");
			await seen("trial-selftest-none");
		},
	},
	{
		name: "many rounds, and saving",
		script: {
			rounds: [...Array.from({ length: 7 }, () => ({ answered: false, missing: [absent] })), { answered: true, missing: [] }],
		},
		async go(screen, seen) {
			await toTrial(screen);
			for (let round = 1; round < 8; round++) {
				await screen.sees(screen.words.trial.remedies.path);
				screen.type("\r");
				await new Promise((resolve) => setTimeout(resolve, 150));
			}
			await screen.sees("✓ 0");
			await seen("trial-rounds");
			screen.type("\r");
			await screen.sees(screen.words.save.root);
			await seen("save-menu");
			for (let item = 1; item < 9; item++) {
				screen.type("j");
				await seen(`save-menu-${item}`);
			}
			screen.type("gj\r");
			await screen.sees(`${screen.words.save.next.run}:`);
			await seen("save-next");
			screen.type("qjj\r");
			await screen.sees("# redis");
			await seen("save-record");
			screen.type("qjjj\r");
			await screen.sees("/etc/systemd");
			await seen("save-install");
			screen.type(screen.language === "de" ? "j" : "y");
			await screen.sees("cage-redis.service");
			await seen("save-installed");
		},
	},
];
