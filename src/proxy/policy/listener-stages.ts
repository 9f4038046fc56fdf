import type { Filter } from '../../ir/filter.ts';
import { directResponseStage } from '../filter/direct-response.ts';
import { transformStage } from '../filter/transform/stage.ts';
import { ExternalStage } from './access/external/stage.ts';
import { FixedEditsStage } from './fixed-edits-stage.ts';
import type { StageContext } from './kinds.ts';
import type { Stage } from './stage.ts';

/** The kinds of filter that a listener may have (GEP-5224): what needs no rule, and may decide which one it will be. */
const LISTENER_STAGES: { readonly [K in Filter['kind']]?: (filter: Filter, context: StageContext) => Stage } = {
  DirectResponse: directResponseStage,
  ExternalAuth: (filter) => new ExternalStage(filter as Extract<Filter, { kind: 'ExternalAuth' }>),
  RequestHeaderModifier: (filter) =>
    new FixedEditsStage(filter as Extract<Filter, { kind: 'RequestHeaderModifier' }>, 'request'),
  ResponseHeaderModifier: (filter) =>
    new FixedEditsStage(filter as Extract<Filter, { kind: 'ResponseHeaderModifier' }>, 'response'),
  Transform: transformStage,
};

/** In the order of the list and no other, each one for itself. */
export function listenerStages(filters: readonly Filter[], context: StageContext): readonly Stage[] {
  return filters.map((filter) => {
    const make = LISTENER_STAGES[filter.kind];
    // Translation lets no other kind get here; a table that has one must not be served as if it had none.
    if (make === undefined) throw new Error(`a filter of kind ${filter.kind} cannot be one of a listener`);
    return make(filter, context);
  });
}
