import { omitUndefined } from "../../base/collections.ts";
import { maskLine, maskWords } from "../../base/mask.ts";
import type { Application } from "../../service/application.ts";
import { credentialStores } from "../../service/credentials.ts";
import type { ServiceSettings } from "../../service/service-settings.ts";

/** What others get of an application: everybody who has an image can read it. */
interface ExportedApplication {
	readonly application: Application;
	/** Names of variables that are left out, because they may be secret. */
	readonly secretVariables: readonly string[];
	/** Names of credentials whose text is left out. */
	readonly secretCredentials: readonly string[];
}

export function exportedApplication(application: Application): ExportedApplication {
	const { env, service, ...rest } = application;
	const variables = Object.entries(env);
	const isSecret = ([name, value]: [string, string]) => maskLine(`${name}=${value}`) !== `${name}=${value}`;
	return {
		application: {
			...rest,
			env: Object.fromEntries(variables.filter((one) => !isSecret(one))),
			...omitUndefined({ service: service && withoutContents(service) }),
		},
		secretVariables: variables.filter(isSecret).map(([name]) => name),
		secretCredentials: (service?.credentials ?? []).flatMap(({ content, name }) => (content === undefined ? [] : [name])),
	};
}

/** Another machine can have the credential in a file of that name. */
function withoutContents({ credentials, ...service }: ServiceSettings): ServiceSettings {
	const named = credentials?.map(({ files, name }) => ({ name, files: files ?? credentialStores(name) }));
	return { ...service, ...omitUndefined({ credentials: named }) };
}

/** Whether a command that an image contains shows a secret. */
export function hasSecretCommand({ command, service = {} }: Application): boolean {
	const { after = [], before = [], reload = [], stop = [] } = service;
	const commands = [command, ...before, ...after, ...reload, ...stop];
	return commands.some((words) => maskWords(words).some((word, index) => word !== words[index]));
}
