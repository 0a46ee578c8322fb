// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders of templates
import { templateSchema } from "./template.ts";

/** Returns a valid example template with the usual parts. `schema` is the path of the JSON Schema. */
export function templateSkeleton(name: string, schema: string): object {
	return {
		$schema: schema,
		schema: templateSchema,
		name,
		title: { en: name, de: name },
		description: { en: "The application and its purpose.", de: "Die Anwendung und ihr Zweck." },
		parameters: { port: { title: { en: "Port", de: "Port" }, kind: "port", default: "8000" } },
		application: {
			command: [`/usr/bin/${name}`, "--port", "${port}"],
			user: "nobody",
			env: {},
			probes: ["curl -fsS -o /dev/null --noproxy '*' http://127.0.0.1:${port}/"],
			exercises: ["curl -sS -o /dev/null --noproxy '*' http://127.0.0.1:${port}/no-such-page"],
			directories: [`/run/${name}`],
		},
		rules: { include: [`/usr/lib/${name}/**`] },
		needs: { packages: { debian: [name, "curl"] }, programs: [`/usr/bin/${name}`, "curl"] },
		first: [],
		notes: [],
		documentation: [],
	};
}
