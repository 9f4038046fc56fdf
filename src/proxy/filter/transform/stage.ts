import type { Filter } from '../../../ir/filter.ts';
import type { Transform } from '../../../ir/transform.ts';
import { errorBody } from '../../exchange/response-writer.ts';
import type { ResponseHead } from '../../http1/response-head.ts';
import type { StageContext } from '../../policy/kinds.ts';
import { ORDER, PASS, type Stage } from '../../policy/stage.ts';
import type { Visit } from '../../policy/visit.ts';
import { FieldEdit } from './field-edit.ts';
import { FieldSets } from './field-sets.ts';
import { UrlEdit } from './url-edit.ts';
import { type Absence, isAbsence, VisitValues } from './values.ts';

/** The one request that is transformed at a time. */
const values = new VisitValues();

/** Transform: what depends on the request in what a backend sees of it, and a client of the response. */
class TransformStage implements Stage {
  readonly order = ORDER.transform;
  readonly bodyLimit = 0;
  readonly letsGo = true;
  private readonly method: string | null;
  private readonly url: UrlEdit;
  private readonly request: readonly FieldEdit[];
  private readonly response: readonly FieldEdit[];
  /** In place of `request`; null: they depend on each other. */
  private readonly requestSets: FieldSets | null;
  /** In place of `response`; null: they depend on the request. */
  private readonly responseSets: FieldSets | null;

  constructor(transform: Transform, secret: StageContext['secret']) {
    this.method = transform.method;
    this.url = new UrlEdit(transform);
    this.request = transform.request.map((edit) => new FieldEdit(edit, secret));
    this.response = transform.response.map((edit) => new FieldEdit(edit, secret));
    this.requestSets = FieldSets.of(this.request);
    const sets = FieldSets.of(this.response);
    this.responseSets = sets?.isConstant === true ? sets : null;
  }

  enter(visit: Visit): number {
    values.set(visit);
    const absence = this.editRequest(visit) ?? this.editURL(visit);
    values.set(null);
    if (absence !== null) return visit.answer(errorBody(absence.status), absence.reason);
    // A HEAD must stay what it is: its response has no body.
    if (this.method !== null && visit.head.method !== 'HEAD') visit.sendAs(this.method);
    return PASS;
  }

  responded(visit: Visit, head: ResponseHead): void {
    if (this.response.length === 0) return;
    if (this.responseSets !== null) {
      this.responseSets.apply(visit.response, values);
      return;
    }
    values.set(visit);
    const { response, responsePlan } = visit;
    for (let index = 0; index < this.response.length; index++) {
      this.response[index]!.apply(response, values, head.fields, responsePlan);
    }
    values.set(null);
  }

  private editRequest(visit: Visit): Absence | null {
    if (this.request.length === 0) return null;
    if (this.requestSets !== null) return this.requestSets.apply(visit.request, values);
    const { head, request, requestPlan } = visit;
    for (let index = 0; index < this.request.length; index++) {
      const absence = this.request[index]!.apply(request, values, head.fields, requestPlan);
      if (absence !== null) return absence;
    }
    return null;
  }

  private editURL(visit: Visit): Absence | null {
    const { head } = visit;
    const { url } = this;
    if (!url.keepsPath) {
      const path = url.path(head.path, values);
      if (isAbsence(path)) return path;
      visit.path = path;
    }
    if (!url.keepsQuery) {
      const query = url.query(visit.query ?? head.query, values);
      if (isAbsence(query)) return query;
      visit.query = query;
    }
    if (!url.keepsHost) {
      const hostname = url.hostname(values);
      if (isAbsence(hostname)) return hostname;
      visit.hostname = hostname;
    }
    return null;
  }
}

export function transformStage(filter: Filter, context: StageContext): Stage {
  return new TransformStage(filter as Transform, context.secret);
}
