import { useView } from "../../look.ts";
import { Line } from "../../parts/line.tsx";
import { OutputTail } from "../../parts/output.tsx";
import { Paragraph, paragraph } from "../../parts/paragraph.tsx";

export function LacksStep() {
	const { height, messages, state, width } = useView();
	const words = messages.wizard.lacks;
	const { lacks } = state;
	if (!lacks?.length) return <Line dimColor>{messages.wizard.looking}</Line>;
	const installing = state.jobs.install !== undefined;
	const installable = lacks.some((lack) => lack.package !== undefined);
	const things = lacks
		.flatMap((lack) => {
			const from = lack.package ? messages.fill(words.package, { package: lack.package }) : words.noPackage;
			return paragraph(`[!] ${words.things[lack.what] ?? lack.what} (${from})`, width, 2);
		})
		.slice(0, height - 5);
	const asRoot = lacks.find((lack) => lack.asRoot !== undefined)?.asRoot;
	const next = asRoot !== undefined ? messages.fill(words.asRoot, { command: asRoot }) : installable ? words.offer : words.again;
	const offer = paragraph(installing ? words.installing : next, width, 3);
	return (
		<>
			<Line bold>{words.title}</Line>
			<Paragraph lines={things} />
			<Line />
			<Paragraph lines={offer} />
			{installing ? <OutputTail height={height - things.length - offer.length - 2} /> : null}
		</>
	);
}
