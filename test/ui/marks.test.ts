import { afterEach, expect, test } from "vitest";
import { ScreenDriver } from "./screen.ts";
import { ScriptedSession } from "./scripted-session.ts";

let open: ScreenDriver | undefined;
afterEach(() => open?.close());

test("selection and decisions are readable without colour", async () => {
	const screen = new ScreenDriver(new ScriptedSession(), 80, 40);
	open = screen;
	screen.store.start();
	await screen.sees(screen.words.choose.title.slice(0, 20));
	screen.type("\x1b[B\r");
	await screen.sees(screen.words.form.button);
	screen.type("\x1b[6~\r");
	await screen.sees(screen.words.trace.answering.slice(0, 12));
	screen.key("enter");
	const first = await screen.sees("[!] /etc/redis/tls.key");
	expect(first.filter((line) => line.startsWith("❯"))).toHaveLength(1);
	screen.type("/redis.conf\r");
	expect(selected(await screen.settled())).toContain("[✓] /etc/redis/redis.conf");
	screen.key("space");
	expect(selected(await screen.settled())).toContain("[ ] /etc/redis/redis.conf");
});

function selected(lines: readonly string[]): string {
	return lines.find((line) => line.startsWith("❯")) ?? "";
}
