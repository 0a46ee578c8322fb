import type { Completion, Kind, OptionCompletion, VerbCompletion } from "./completion.ts";

/** zshcompsys(1). */
export function zshCompletion({ global, templates, verbs, wizard }: Completion): string {
	return `#compdef cagewright
# zsh completion for cagewright. \`npm run reference\` generates this file.

# Sets REPLY to the state folder that the command line or the environment names.
_cagewright_state() {
	local index=\${cagewright_words[(i)--state]} joined=\${(M)cagewright_words:#--state=*}
	if [[ -n $joined ]]; then
		REPLY=\${joined#--state=}
	elif (( index < $#cagewright_words )); then
		REPLY=\${cagewright_words[index + 1]}
	elif [[ -n $CAGEWRIGHT_STATE ]]; then
		REPLY=$CAGEWRIGHT_STATE
	elif (( EUID == 0 )); then
		REPLY=/var/lib/cagewright
	else
		REPLY=\${XDG_STATE_HOME:-$HOME/.local/state}/cagewright
	fi
}

# Offers names of folders, or of files with the given ending, as TAG.
_cagewright_names() {
	local REPLY expl
	local -a names
	_cagewright_state
	if [[ -n $3 ]]; then names=($REPLY/$2/*$3(N:t:r)); else names=($REPLY/$2/*(N/:t)); fi
	names=(\${names:#*[^A-Za-z0-9._-]*})
	_wanted $1 expl \${1%s} compadd -a names
}

_cagewright_cage() { _cagewright_names cages cages }
_cagewright_session() { _cagewright_names sessions sessions }

_cagewright_template() {
	local expl ret=1
	_wanted templates expl template compadd ${templates.join(" ")} && ret=0
	_cagewright_names templates templates .json && ret=0
	return ret
}

_cagewright_service() {
	local expl
	local -a units
	units=(/etc/systemd/system/*.service(N:t) /run/systemd/system/*.service(N:t) /usr/local/lib/systemd/system/*.service(N:t) /usr/lib/systemd/system/*.service(N:t))
	units=(\${units:#*@.service})
	_wanted services expl service compadd -a units
}

_cagewright_account() { _alternative 'users:user:_users' 'groups:group:_groups' }

_cagewright_verbs() {
	local -a verbs
	verbs=(
${verbs.map(({ name, text }) => `\t\t'${name}:${quote(text.replaceAll(":", "\\:"))}'`).join("\n")}
		'help:Show the help of a verb'
	)
	_describe -t verbs verb verbs
}

_cagewright() {
	local -a cagewright_words=("\${words[@]}")
	local curcontext=$curcontext state state_descr line ret=1 index=\${words[(i)--]}
	typeset -A opt_args
	if (( index < CURRENT )); then
		words=("\${(@)words[index + 1, -1]}")
		(( CURRENT -= index ))
		_normal
		return
	fi
	local -a global
	global=(
${global
	.flatMap(specs)
	.map((spec) => `\t\t${spec}`)
	.join("\n")}
	)
	_arguments -C $global \\
${wizard
	.flatMap(specs)
	.map((spec) => `\t\t${spec} \\`)
	.join("\n")}
		'(-): :_cagewright_verbs' \\
		'(-)*:: :->argument' && ret=0
	[[ $state == argument ]] || return ret
	case $words[1] in
${verbs.map(branch).join("\n")}
	help) _arguments ': :_cagewright_verbs' && ret=0 ;;
	esac
	return ret
}

_cagewright "$@"
`;
}

function branch({ arguments: all, name, options }: VerbCompletion): string {
	const ofArguments = all.map(({ isMany, kinds, word }) => `'${isMany ? "*" : ""}:${word}:${action(kinds)}'`);
	const words = ["_arguments $global", ...options.flatMap(specs), ...ofArguments];
	return [`\t${name})`, `\t\t${words.join(" \\\n\t\t\t")} && ret=0`, "\t\t;;"].join("\n");
}

/** `'*--name=[text]:NAME:action'`, once for each form of the option. */
function specs({ kinds, long, short, text, value, word }: OptionCompletion): string[] {
	const description = `[${quote(text).replace(/[[\]:]/g, "\\$&")}]`;
	const more = value === "none" ? "" : `${value === "optional" ? "::" : ":"}${word.replaceAll(":", "\\:")}:${action(kinds)}`;
	return [...(short ? [short] : []), `${long}${value === "none" ? "" : "="}`].map(
		(form) => `'*${form}${description}${quote(more)}'`,
	);
}

function action(kinds: readonly Kind[]): string {
	if (!kinds.length) return " ";
	const actions = kinds.map((kind) => (typeof kind === "string" ? functions[kind] : `(${kind.words.join(" ")})`));
	return actions.length === 1
		? (actions[0] ?? " ")
		: `_alternative ${kinds.map((kind, index) => `"${String(kind)}:${String(kind)}:${actions[index]}"`).join(" ")}`;
}

const functions = {
	cage: "_cagewright_cage",
	template: "_cagewright_template",
	service: "_cagewright_service",
	session: "_cagewright_session",
	file: "_files",
	folder: "_files -/",
	user: "_users",
	account: "_cagewright_account",
	process: "_pids",
	command: "_command_names",
} as const;

function quote(text: string): string {
	return text.replaceAll("'", "'\\''");
}
