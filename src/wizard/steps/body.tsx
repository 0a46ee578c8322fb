import { ActionPage, CageScreen } from "../home/cage-screen.tsx";
import { HomeScreen } from "../home/home-screen.tsx";
import { useView } from "../look.ts";
import {
	CommandsPage,
	DryRunPage,
	KeysPage,
	NextPage,
	OutputPage,
	SelftestPage,
	TextPage,
	UnneededPage,
	WhyPage,
} from "../pages/pages.tsx";
import { AccountsStep } from "./accounts/screen.tsx";
import { BuildStep } from "./build/screen.tsx";
import { ChooseStep, RequirementsStep } from "./choose/screen.tsx";
import { FilesStep } from "./files/screen.tsx";
import { FormStep } from "./form/screen.tsx";
import { SaveStep } from "./save/screen.tsx";
import { TraceStep } from "./trace/screen.tsx";
import { TrialStep } from "./trial/screen.tsx";

const bodies = {
	home: HomeScreen,
	cage: CageScreen,
	requirements: RequirementsStep,
	choose: ChooseStep,
	form: FormStep,
	trace: TraceStep,
	files: FilesStep,
	accounts: AccountsStep,
	build: BuildStep,
	trial: TrialStep,
	save: SaveStep,
};

const overlays = {
	action: ActionPage,
	keys: KeysPage,
	why: WhyPage,
	commands: CommandsPage,
	output: OutputPage,
	selftest: SelftestPage,
	unneeded: UnneededPage,
	next: NextPage,
	"dry-run": DryRunPage,
	unit: () => <TextPage page="unit" />,
	dropin: () => <TextPage page="dropin" />,
	record: () => <TextPage page="record" />,
	changes: () => <TextPage page="changes" />,
	consent: () => <TextPage page="consent" />,
};

export function Body() {
	const { state } = useView();
	const Shown = state.overlay ? overlays[state.overlay] : bodies[state.screen];
	return <Shown />;
}
