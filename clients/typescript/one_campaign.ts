// One campaign from import to report, with the types that openapi-typescript generates from /openapi.json.
//
// Reads from the environment: ARIIA_API, the address without /v1; ARIIA_EDITOR, ARIIA_APPROVER, ARIIA_VIEWER and
// ARIIA_EXPIRED, tokens; ARIIA_SENDER, an address on a verified domain. Prints the campaign's figures as JSON.

import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";

import createClient from "openapi-fetch";

import type { components, paths } from "./api.js";

type Schemas = components["schemas"];
type Api = ReturnType<typeof apiWith>;

function environment(name: string): string {
  const value = process.env[name];
  assert(value, `${name} is not set`);
  return value;
}

function apiWith(token: string) {
  const headers = { authorization: `Bearer ${environment(token)}` };
  return createClient<paths>({ baseUrl: environment("ARIIA_API"), headers });
}

/** The answer; a refused request has none, but an error. */
function expect<T>(answer: { data?: T; error?: unknown }): T {
  assert(answer.data !== undefined, JSON.stringify(answer.error));
  return answer.data;
}

/** What `look` gives when it is over; fails after a minute. */
async function until<T>(look: () => Promise<T>, isOver: (found: T) => boolean): Promise<T> {
  for (const deadline = Date.now() + 60_000; ; await sleep(300)) {
    const found = await look();
    if (isOver(found)) return found;
    assert(Date.now() < deadline, JSON.stringify(found));
  }
}

/** Two members on trial, of whom one has not agreed to e-mail. */
async function writeMembers(editor: Api): Promise<void> {
  const agreed: Record<string, Schemas["ConsentStatus"]> = { dora: "granted", emil: "denied" };
  for (const [member_id, status] of Object.entries(agreed)) {
    const body = { email: `${member_id}@typescript.example`, first_name: member_id, tags: ["ts"], consent: { email: { status } } };
    expect(await editor.PUT("/v1/members/{member_id}", { params: { path: { member_id } }, body }));
  }
}

/** Makes a segment of those who were never sent anything; gives its id when it is counted. */
async function countSegment(editor: Api): Promise<string> {
  const filter_json: Schemas["SegmentFilter"] = {
    all: [
      { field: "tags", op: "contains", value: "ts" },
      { not: { any: [{ field: "last_sent_at", op: "exists", value: true }] } },
    ],
  };
  const segment = expect(await editor.POST("/v1/segments", { body: { name: "Trials", filter_json } }));
  assert.deepEqual(segment.filter_json, filter_json);
  const params = { path: { segment_id: segment.id } };
  const counted = await until(
    async () => expect(await editor.GET("/v1/segments/{segment_id}/count", { params })),
    (count) => count.status === "finished",
  );
  assert.deepEqual([counted.members, counted.reachable], [2, 1]);
  return segment.id;
}

/** Drafts, checks, has it approved and sends; gives the campaign's id. */
async function send(editor: Api, approver: Api, segmentId: string): Promise<string> {
  const template: Schemas["TemplateDraft"] = {
    name: "Letter",
    body_template: "<p>Hello {{ member.first_name }}</p>",
    footer_html: '<p><a href="{{ unsubscribe_url }}">Unsubscribe</a></p>',
  };
  const body: Schemas["CampaignDraft"] = {
    name: "Summer",
    sender: environment("ARIIA_SENDER"),
    template_id: expect(await editor.POST("/v1/templates", { body: template })).id,
    content_subject: "Hello {{ member.first_name }}",
    target_type: "segment",
    target_filter_json: { segment_ids: [segmentId] },
  };
  const key = { header: { "Idempotency-Key": "summer" } };
  const campaign = expect(await editor.POST("/v1/campaigns", { params: key, body }));
  assert.equal(expect(await editor.POST("/v1/campaigns", { params: key, body })).id, campaign.id);
  const params = { path: { campaign_id: campaign.id } };
  const preflight = expect(await editor.POST("/v1/campaigns/{campaign_id}/preflight", { params }));
  assert(preflight.summary.may_be_sent, JSON.stringify(preflight));
  const submitted = expect(await editor.POST("/v1/campaigns/{campaign_id}/submit", { params }));
  assert(submitted.submitted_hash);
  const approval = { submitted_hash: submitted.submitted_hash };
  expect(await approver.POST("/v1/campaigns/{campaign_id}/approve", { params, body: approval }));
  expect(await approver.POST("/v1/campaigns/{campaign_id}/send", { params }));
  return campaign.id;
}

/** What is refused: by the API with a problem, by its gateway with a message. */
async function refusals(editor: Api, campaign_id: string): Promise<void> {
  const params = { path: { campaign_id } };
  const wrong = await editor.POST("/v1/campaigns", { body: { name: " ", sender: "nobody" } });
  assert(wrong.error && "problems" in wrong.error);
  assert.deepEqual([wrong.error.status, wrong.error.problems?.[0]?.field], [422, "name"]);
  const forbidden = await apiWith("ARIIA_VIEWER").POST("/v1/campaigns/{campaign_id}/send", { params });
  assert(forbidden.error && "type" in forbidden.error);
  assert.equal(forbidden.error.status, 403);
  const expired = await apiWith("ARIIA_EXPIRED").GET("/v1/campaigns/{campaign_id}/stats", { params });
  assert.equal(expired.response.status, 401);
  assert(expired.error && "message" in expired.error);
  assert.equal(expired.error.message, "Unauthorized");
}

async function main(): Promise<void> {
  const [editor, approver] = [apiWith("ARIIA_EDITOR"), apiWith("ARIIA_APPROVER")];
  await writeMembers(editor);
  const campaign_id = await send(editor, approver, await countSegment(editor));
  const params = { path: { campaign_id } };
  const figures = await until(
    async () => expect(await editor.GET("/v1/campaigns/{campaign_id}/stats", { params })),
    (stats) => stats.status === "sent" && stats.delivered === 1,
  );
  const story = async (member_id: string) => {
    const path = { campaign_id, member_id };
    return expect(await editor.GET("/v1/campaigns/{campaign_id}/recipients/{member_id}", { params: { path } }));
  };
  assert.equal((await story("dora")).status satisfies Schemas["RecipientStatus"], "delivered");
  assert.equal((await story("emil")).reason satisfies Schemas["ExclusionReason"] | null, "no_consent");
  await refusals(editor, campaign_id);
  console.log(JSON.stringify(figures));
}

await main();
