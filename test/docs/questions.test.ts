import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

/** What an administrator asks before root runs this program, and what README.md or the FAQ answers. */

interface Question {
	readonly asked: string;
	readonly page: "README.md" | "docs/faq.md";
	readonly heading: string;
	/** Sentences of that section, without the targets of links. */
	readonly answers: readonly string[];
}

const faq = (asked: string, heading: string, ...answers: readonly string[]): Question => ({
	asked,
	page: "docs/faq.md",
	heading,
	answers,
});

const questions: readonly Question[] = [
	{
		asked: "Is it for me?",
		page: "README.md",
		heading: "Who it is not for",
		answers: ["What must survive a flaw in the kernel needs a virtual machine."],
	},
	faq(
		"Does a chroot protect anything?",
		"Is a chroot a security feature at all?",
		"Not alone: a process that is root can leave it.",
		"`cagewright selftest` tries some 140 escape techniques",
	),
	faq(
		"Will my service still work?",
		"Can it break my service?",
		"Yes.",
		"`release` moves the service back with what it wrote in the meantime.",
	),
	faq("How do I get rid of it?", "How do I undo everything?", "`cagewright release SERVICE`", "`cagewright uninstall`"),
	faq(
		"Who updates the copies?",
		"What happens at the next security update?",
		"The cage keeps the old files until you update it.",
		"`systemctl enable --now cagewright-update.timer`",
	),
	faq(
		"What runs as root, and when?",
		"Why does a server need Node.js, and what runs as root?",
		"systemd starts a caged service without Node.js",
		"no install script",
	),
	faq("What leaves this machine?", "What leaves this machine?", "Nothing.", "no telemetry"),
	faq("Why not a tool that I know?", "Why not systemd's own options, AppArmor, SELinux, podman or firejail?", "Use them if"),
	faq("Who do I tell about a hole?", "Who do I tell about a security hole?", "SECURITY.md", "Not in a public issue."),
	faq("How do I verify the .deb?", "How do I verify a package?", "ssh-keygen -Y verify", "sha256sum --check"),
	faq("Will my scripts break?", "Will an upgrade break my scripts?", "Not without notice.", "exit status"),
	faq(
		"What if nobody maintains it?",
		"What if the project dies?",
		"Caged services go on running.",
		"`cagewright run NAME --print`",
	),
];

const text = (page: string) => readFileSync(new URL(`../../${page}`, import.meta.url), "utf8");

/** The section's text on one line, or undefined without such a heading. */
function sectionOf(page: string, heading: string): string | undefined {
	const sections = text(page).split(/^(?=##+ )/m);
	const found = sections.find((section) => section.split("\n")[0]?.replace(/^#+ /, "") === heading);
	return found
		?.slice(found.indexOf("\n"))
		.replace(/\]\([^)]*\)/g, "]")
		.replace(/[[\]]/g, "")
		.replace(/\s+/g, " ");
}

test("a list of twelve questions is kept", () => {
	expect(questions).toHaveLength(12);
});

test.each(questions)("$asked $page answers", ({ answers, heading, page }) => {
	const section = sectionOf(page, heading);
	expect(section).toBeDefined();
	for (const answer of answers) expect(section).toContain(answer);
});

test("a reader finds all answers in five minutes", () => {
	const wordsAMinute = 200;
	const sections = questions.map(({ heading, page }) => sectionOf(page, heading) ?? "");
	const words = sections.flatMap((section) => section.trim().split(" ")).length;
	expect(words / wordsAMinute).toBeLessThanOrEqual(5);
});

test("the FAQ has eight to twelve questions, and README.md links it and SECURITY.md", () => {
	const asked = text("docs/faq.md").match(/^## .*\?$/gm) ?? [];
	expect(asked.length).toBeGreaterThanOrEqual(8);
	expect(asked.length).toBeLessThanOrEqual(12);
	for (const page of ["docs/faq.md", "SECURITY.md"]) expect(text("README.md")).toContain(`](${page})`);
});
