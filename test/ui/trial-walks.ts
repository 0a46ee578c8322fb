import { messagesIn } from "../texts.ts";
import type { ScreenDriver } from "./screen.ts";
import { absent, type Script, selftestOf } from "./scripted-session.ts";
import { toTrace, type Walk } from "./walk.ts";

async function toTrial(screen: ScreenDriver): Promise<void> {
	await toTrace(screen);
	await screen.typeUntil("\r", "[!] /etc/redis/tls.key");
	await screen.typeUntil("\r\r", screen.words.build.title.slice(0, 20));
	screen.type("\r");
}

const measured = { filtered: 98, raised: 96, slowest: 0.02, silent: ["clone3-user", "io-uring"] };
const answering: Script = { rounds: [{ answered: true, missing: [] }] };

export const trialWalks: readonly Walk[] = [
	{
		name: "the pages of a trial",
		async go(screen, seen) {
			await toTrial(screen);
			await screen.sees(screen.words.trial.withheld);
			await seen("trial-missing-first");
			await seen("trial-missing-second", "j");
			await seen("trial-missing-why", "i");
			await seen("trial-output", "io", screen.words.trial.output);
			await seen("trial-output-find", "/ready", "1/1");
			await seen("trial-untested", "\rqt", screen.words.notices.untested.slice(0, 20));
		},
	},
	{
		name: "a cage with an escape",
		script: { ...answering, tested: { test: { ...selftestOf(["signal", "climb"], ["nosuid"]), alarms: measured } } },
		async go(screen, seen) {
			await toTrial(screen);
			await screen.sees("✗ 145");
			await seen("trial-escaped");
			await seen("trial-selftest", "t", messagesIn(screen.language).selftest.section);
			await seen("trial-selftest-end", "G");
			await seen("save-before-unsafe", "q\r", screen.words.save.menu["save-export"]);
			await seen("save-escape", "\r", screen.words.questions.escape.slice(0, 10));
			await seen("save-unsafe", screen.language === "de" ? "j" : "y", screen.words.save.root);
		},
	},
	{
		name: "names for the record",
		script: answering,
		async go(screen, seen) {
			const { prompts } = screen.words;
			await toTrial(screen);
			await screen.sees("✓ 145");
			await screen.typeUntil("\r", screen.words.save.menu["save-export"]);
			await screen.typeUntil("\r", screen.words.save.root);
			await seen("save-initiated-by", `${"j".repeat(7)}\r`, prompts["initiated-by"]);
			await seen("save-implemented-by", "Erika Mustermann\r", prompts["implemented-by"]);
			await seen("save-names-kept", "\r", screen.words.notices["names-kept"].slice(0, 20));
		},
	},
	{
		name: "unneeded files",
		script: answering,
		async go(screen, seen) {
			const { trial } = screen.words;
			await toTrial(screen);
			await screen.sees("✓ 145");
			screen.type("m");
			await screen.when((state) => state.minimising?.progress?.trials === 4);
			await seen("trial-minimising");
			screen.key("escape");
			await screen.sees(screen.words.notices["minimise-stopped"].slice(0, 11));
			screen.type("m");
			await screen.when((state) => state.minimising?.progress?.trials === 4);
			await seen("trial-unneeded", "\r", trial.unneeded);
			await seen("trial-unneeded-end", "G");
		},
	},
	{
		name: "a self-test that cannot run",
		script: { ...answering, tested: { untried: { code: "selftest-broken", values: { detail: "climb" } } } },
		async go(screen, seen) {
			await toTrial(screen);
			await screen.sees(screen.words.trial.untested.slice(0, 12));
			await seen("trial-not-tested");
			await seen("trial-selftest-none", "t");
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
				await screen.when(({ trial }) => trial.rounds.length > round);
			}
			await screen.sees("✓ 145");
			await seen("trial-rounds");
			await seen("save-before", "\r", screen.words.save.menu["save-export"]);
			for (let item = 1; item < 5; item++) await seen(`save-before-${item}`, "j");
			await seen("save-menu", "g\r", screen.words.save.root);
			for (let item = 1; item < 13; item++) await seen(`save-menu-${item}`, "j");
			await seen("save-next", "gjjjjjjjj\r", `${screen.words.save.next.run}:`);
			await seen("save-record", "qkk\r", "# redis");
			await seen("save-install", "qjjjj\r", "/etc/systemd");
			await seen("save-installed", screen.language === "de" ? "j" : "y", "cage-redis.service");
		},
	},
];
