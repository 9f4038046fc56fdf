/** `UpstreamHeaderTransform` and `DownstreamHeaderTransform`: a value, or `find, replace`. */
import type { Node } from '../core/node.ts';

const PLACEHOLDERS: Readonly<Record<string, string>> = {
  '{BaseUrl}': '{BaseURL}',
  '{DownstreamBaseUrl}': '{BackendBaseURL}',
  '{RemoteIpAddress}': '{ClientIP}',
  '{TraceId}': '{TraceID}',
  '{UpstreamHost}': '{RequestHost}',
};

export function headerActions(map: Node | null): object[] {
  return (map?.fields() ?? []).flatMap(({ name, node }): object[] => {
    const comma = node.text.indexOf(',');
    const parts = comma < 0 ? [node.text] : [node.text.slice(0, comma), node.text.slice(comma + 1).trim()];
    const unknown = parts
      .flatMap((part) => part.match(/\{[^{}]*\}/g) ?? [])
      .find((one) => PLACEHOLDERS[one] === undefined);
    if (unknown !== undefined) {
      node.unsupported(`there is no placeholder ${unknown}`);
      return [];
    }
    const [first = '', second] = parts.map((part) => part.replace(/\{[^{}]*\}/g, (one) => PLACEHOLDERS[one]!));
    node.translated(`HTTPRouteFilter: ${second === undefined ? 'Set' : 'Replace'}`);
    return [
      second === undefined
        ? { name, action: 'Set', value: first }
        : { name, action: 'Replace', find: first, with: second },
    ];
  });
}
