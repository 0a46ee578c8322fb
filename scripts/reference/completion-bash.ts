import type { Completion, Kind, OptionCompletion } from "./completion.ts";

/** bash(1), Programmable Completion. Works without the bash-completion package. */
export function bashCompletion(completion: Completion): string {
	const { global, templates, verbs, wizard } = completion;
	const valued = [...global, ...wizard, ...verbs.flatMap(({ options }) => options)].filter(({ value }) => value !== "none");
	const flags = (options: readonly OptionCompletion[]) =>
		options.flatMap(({ long, short }) => [short, long].filter(Boolean)).join(" ");
	return `# bash completion for cagewright. \`npm run reference\` generates this file.

# Adds the words that begin like the current one. Nothing in them is expanded.
_cagewright_words() {
	local word
	for word; do
		if [[ $word == "$current"* ]]; then COMPREPLY+=("$word"); fi
	done
}

# Adds the names that match FOLDER/*END: without END, and with SUFFIX.
_cagewright_names() {
	local path name
	for path in "$1"/*"$2"; do
		name=\${path%"$2"}
		name=\${name##*/}
		if [[ $name =~ ^[A-Za-z0-9][A-Za-z0-9._@-]*$ ]]; then _cagewright_words "$name\${3-}"; fi
	done
}

_cagewright_services() {
	local folder
	for folder in /etc/systemd/system /run/systemd/system /usr/local/lib/systemd/system /usr/lib/systemd/system; do
		_cagewright_names "$folder" .service .service
	done
}

_cagewright_commands() {
	local words
	mapfile -t words < <(compgen "$@" -- "$current")
	COMPREPLY+=("\${words[@]}")
}

# Adds words of a kind.
_cagewright_kind() {
	case $1 in
	cage) _cagewright_names "$state/cages" / ;;
	session) _cagewright_names "$state/sessions" / ;;
	template)
		_cagewright_words ${templates.join(" ")}
		_cagewright_names "$state/templates" .json
		;;
	service) _cagewright_services ;;
	process) _cagewright_names /proc '' ;;
	user) _cagewright_commands -u ;;
	account) _cagewright_commands -u -g ;;
	command) _cagewright_commands -c ;;
	folder) compopt -o dirnames 2>/dev/null ;;
	file) compopt -o default 2>/dev/null ;;
	esac
}

_cagewright() {
	local current=\${COMP_WORDS[COMP_CWORD]} state=\${CAGEWRIGHT_STATE-} verb= option= position=0 index word
	COMPREPLY=()
	if [[ $current == = ]]; then current=; fi
	for ((index = 1; index < COMP_CWORD; index++)); do
		word=\${COMP_WORDS[index]}
		case $word in
		--)
			if ((index + 1 == COMP_CWORD)); then _cagewright_kind command; else _cagewright_kind file; fi
			return
			;;
		${[...new Set(valued.flatMap(({ long, short }) => [short, long].filter(Boolean)))].join(" | ")})
			option=$word
			if [[ \${COMP_WORDS[index + 1]} == = ]]; then ((index++)); fi
			((index++))
			if ((index < COMP_CWORD)); then
				if [[ $option == --state ]]; then state=\${COMP_WORDS[index]}; fi
				option=
			fi
			;;
		-*) ;;
		*) if [[ -z $verb ]]; then verb=$word; else ((position++)); fi ;;
		esac
	done
	if [[ -z $state ]]; then
		if ((EUID == 0)); then state=/var/lib/cagewright; else state=\${XDG_STATE_HOME:-$HOME/.local/state}/cagewright; fi
	fi
	case $option in
${shortFlags(valued)}
	esac
	if [[ -n $option ]]; then
		case "$verb $option" in
${cases(valuePatterns(completion), 2)}
		esac
	elif [[ $current == -* ]]; then
		_cagewright_words ${flags(global)}
		case $verb in
		'') _cagewright_words ${flags(wizard)} ;;
${verbs
	.filter(({ options }) => options.length)
	.map(({ name, options }) => `\t\t${name}) _cagewright_words ${flags(options)} ;;`)
	.join("\n")}
		esac
	elif [[ -z $verb ]]; then
		_cagewright_words ${verbs.map(({ name }) => name).join(" ")} help
	else
		case "$verb $position" in
		'help 0') _cagewright_words ${verbs.map(({ name }) => name).join(" ")} ;;
${cases(
	verbs.flatMap((verb) =>
		verb.arguments
			.map(({ isMany, kinds }, index) => [isMany ? `'${verb.name} '*` : `'${verb.name} ${index}'`, kinds] as const)
			.filter(([, kinds]) => kinds.length),
	),
	2,
)}
		esac
	fi
}
complete -F _cagewright cagewright
`;
}

/** Branches of a case: patterns with the same kinds share one. */
function cases(branches: readonly (readonly [string, readonly Kind[]])[], depth: number): string {
	const byWork = new Map<string, string[]>();
	for (const [pattern, kinds] of branches) {
		const work = kinds.map(workOf).join("; ");
		byWork.set(work, [...(byWork.get(work) ?? []), pattern]);
	}
	const tabs = "\t".repeat(depth);
	return [...byWork].map(([work, patterns]) => `${tabs}${patterns.join(" | ")}) ${work} ;;`).join("\n");
}

/** An option that takes the same in all verbs needs one pattern. */
function valuePatterns({ global, verbs, wizard }: Completion): (readonly [string, readonly Kind[]])[] {
	const named = [{ name: "", options: [...global, ...wizard] }, ...verbs];
	const all = named.flatMap(({ name, options }) => options.map((option) => ({ verb: name, option })));
	const isUniform = ({ kinds, long }: OptionCompletion) =>
		all.every(({ option }) => option.long !== long || JSON.stringify(option.kinds) === JSON.stringify(kinds));
	const patterns = all
		.filter(({ option }) => option.kinds.length)
		.map(({ option, verb }) => [isUniform(option) ? `*' ${option.long}'` : `'${verb} ${option.long}'`, option.kinds] as const);
	return [...new Map(patterns)];
}

function workOf(kind: Kind): string {
	return typeof kind === "string" ? `_cagewright_kind ${kind}` : `_cagewright_words ${kind.words.join(" ")}`;
}

/** `-o` counts as `--output`. */
function shortFlags(options: readonly OptionCompletion[]): string {
	const pairs = new Map(options.filter(({ short }) => short).map(({ long, short }) => [short, long]));
	return [...pairs].map(([short, long]) => `\t${short}) option=${long} ;;`).join("\n");
}
