import { create } from "@bufbuild/protobuf";
import { type Args, sdkSentences, why } from "./why.js";
import { type ConfigProblem, ConfigProblemSchema } from "./wire/strategy_pb.js";

/** Collects what is wrong with a configuration. */
export class Problems {
  /** @internal */
  readonly list: ConfigProblem[] = [];

  /**
   * Reports a problem. path is a JSON pointer into the configuration, such as
   * "/rates/0"; key and args are a sentence of the strategy's locales.
   */
  add(path: string, key: string, args: Args = {}): void {
    this.list.push(create(ConfigProblemSchema, { path, why: why(key, args) }));
  }

  /** The problems in one line of English, for logs. */
  toString(): string {
    return this.list
      .map(({ path, why }) => {
        let text = sdkSentences.en[why!.key] ?? why!.key;
        for (const { name, value } of why!.args) text = text.replaceAll(`{${name}}`, () => value);
        return `${path || "/"}: ${text}`;
      })
      .join("; ");
  }
}
