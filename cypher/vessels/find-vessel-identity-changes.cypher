// title: Vessels that change their names, flags or numbers
// about: |
//   Vessels that take two or more flags or names in a year, two vessels that use one MMSI on the
//   same day, not only that of a hand-on, and a new name, flag, MMSI or call sign between departure and arrival of a voyage
//   that carries goods under a control in force, or a listed vessel or party. A name and a flag
//   that change within 31 days of each other count as one occasion.
// misses: |
//   a change that no register dates, the first entry of a record (nothing says what was there
//   before), a flag of today that is written otherwise than all former ones (NL, Netherlands), a
//   change at sea of a voyage without a day of arrival, an IMO number that is itself
//   borrowed, and vessels of which no identity at all is loaded.
// lawful: |
//   one sale, with its new name and flag; changes within 31 days of a new owner on record, unless
//   the vessel is listed; one name in several spellings; an MMSI passed on after the first vessel
//   gave it up; a vessel recorded by its MMSI alone, which may be the other one; an MMSI of more
//   than --most-vessels vessels, which is typed where none is known; a voyage under a control that
//   was suspended on its day.
// red_flag: |
//   US Departments of State, Treasury and Coast Guard, Sanctions Advisory for the Maritime
//   Industry, 2020-05-14: falsified vessel identity, and flags changed again and again.
// key: kind, vessels_drawn, mmsi, first
// explained: explained
// score:
//   shared: 3 when two vessels use one MMSI on the same day
//   voyage: 3 when a change falls in a voyage with goods under control or a listed party, 2 where only six digits of the code are compared
//   repeats: 1 for each occasion after the first in the time asked for, 4 at most
//   listed: 1 when the vessel stands on a list at the time
// explain: "{vessels}, {kind}: {changes}. {note}"
// against:
//   sold: "its owner changed within 31 days: {sold}"
//   came_back: "it came back to {came_back}, as after a bareboat charter"
//   undated: "where one entry only says until when, the next is taken to begin the day after"
//   malformed: "an MMSI has nine digits, and {malformed} has not: it may be typed wrongly"
//   doubtful: "the IMO number {doubtful} fails its check digit: one vessel may be written as two"
//   wide: "only six digits of the HS code are compared with {wide}"
// needs:
//   vessel_identities: [vessel, field, value]
// either:
//   new names and flags: {vessel_identities: [from|to]}
//   changes at sea: {vessel_identities: [from|to], shipments: [vessel, departed, arrived]}
//   one MMSI of two vessels: {vessel_identities: [vessel]}
// example: netinv find-vessel-identity-changes --days 730 --changes 3
// inputs:
//   vessel: {type: entity, of: Vessel, optional: true, help: Only this vessel (IMO number or name)}
//   days: {type: integer, default: 365, min: 1, max: 3650, help: Days within which changes are counted}
//   changes: {type: integer, default: 2, min: 2, max: 20, help: Least new flags or new names or occasions in that time}
//   most_vessels: {type: integer, default: 5, min: 2, max: 1000, ours: true, help: An MMSI of more vessels is taken as typed where none is known}
//   since: {type: date, optional: true, help: Only changes and shared numbers on this day or later}
CYPHER 25
CALL () {
  MATCH (v:Vessel)-[k:KNOWN_AS]->(v)
  WHERE $vessel IS NULL OR v.imo = $vessel
  WITH v, k.field AS field, collect(k) AS entries
  WHERE $since IS NULL OR any(k IN entries WHERE k.from >= $since OR k.to >= $since - duration({days: 1}))
  // What it is called now is the last entry, whether the register says so or not.
  WITH v, field, entries, [k IN entries | {value: k.value, at: k.from, until: k.to,
      place: coalesce(k.from, k.to, date('9999-12-31'))}]
    + [now IN [CASE field WHEN 'name' THEN v.name WHEN 'flag' THEN v.flag WHEN 'mmsi' THEN v.mmsi
        ELSE v.callsign END] WHERE now IS NOT NULL
        // A flag of today in two letters is not held against former ones written otherwise.
        AND (field <> 'flag' OR any(k IN entries WHERE size(k.value) = size(now))) |
      {value: now, at: NULL, until: NULL, place: date('9999-12-31')}] AS rows
  UNWIND rows AS row
  WITH v, field, entries, row, reduce(text = ' ' + toUpper(row.value), mark IN
      CASE field WHEN 'name' THEN [' M/V ', ' MV ', ' M/T ', ' MT ', ' ', '.', '-', '/', '\'']
        ELSE [' '] END | replace(text, mark, '')) AS folded
  ORDER BY v.imo, field, row.place, row.until
  WITH v, field, entries, collect(row {.*, folded: folded}) AS rows
  UNWIND range(1, size(rows) - 1) AS i
  WITH v, field, entries, rows[i - 1] AS old, rows[i] AS new,
    head([row IN rows[..i - 1] WHERE row.folded = rows[i].folded | row.value]) AS back
  WITH v, field, entries, old, new, back, coalesce(new.at, old.until + duration({days: 1})) AS day
  WHERE old.folded <> new.folded AND day IS NOT NULL AND ($since IS NULL OR day >= $since)
  CALL (v, day) {
    MATCH (o:Party)-[w:OWNS]->(v)
    WHERE abs(duration.inDays(w.from, day).days) <= 31
    WITH o, w ORDER BY w.from, o.id LIMIT 1
    RETURN collect(w) AS sales, collect(coalesce(o.name, o.id) + ' since ' + w.from) AS sold
  }
  WITH v, {field: field, day: day, back: back, entries: entries, sales: sales, sold: head(sold),
      undated: new.at IS NULL,
      text: toString(day) + ' ' + field + ' ' + old.value + ' to ' + new.value} AS change
  ORDER BY v.imo, change.day, change.field
  WITH v, collect(change) AS all_changes
  CALL (v, all_changes) {
    // Two or more in the time asked for: from the first that begins the fullest such time.
    WITH v, [one IN all_changes WHERE one.field IN ['flag', 'name']] AS changes
    UNWIND changes AS start
    WITH v, [one IN changes WHERE one.day >= start.day
      AND one.day < start.day + duration({days: $days})] AS near
    UNWIND [[one IN near WHERE one.sold IS NULL], near] AS some
    WITH v, near, reduce(at = {n: 0, last: date('0001-01-01')}, one IN some |
        CASE WHEN one.day > at.last + duration({days: 31}) THEN {n: at.n + 1, last: one.day}
          ELSE at END).n AS occasions,
      size([one IN some WHERE one.field = 'flag']) AS flags,
      size([one IN some WHERE one.field = 'name']) AS names
    WITH v, near, CASE WHEN occasions >= flags AND occasions >= names THEN occasions
      WHEN flags >= names THEN flags ELSE names END AS n
    WITH v, near, collect(n) AS counts
    WITH v, near, counts[0] AS unsold, counts[1] AS n
    WHERE n >= $changes
    WITH v, near, n, unsold ORDER BY n DESC, near[0].day LIMIT 1
    OPTIONAL MATCH (v)-[on:LISTED_ON]->(list:List)
    WHERE coalesce(on.from, date('0001-01-01')) <= near[-1].day
      AND near[0].day <= coalesce(on.to, date('9999-12-31'))
    WITH v, near, n, unsold, collect(on) AS lists, collect(DISTINCT list.name) AS names
    RETURN 'flags and names' AS kind, near AS changes, n AS times, lists, names AS list_names,
      [] AS shipments, [] AS around, 0 AS voyage, NULL AS wide,
      CASE WHEN unsold < $changes AND size(lists) = 0 THEN 'its owner changed at the same time: '
        + head([one IN near WHERE one.sold IS NOT NULL | one.sold]) END AS explained
    UNION ALL
    // At sea, strictly between the days in port.
    WITH v, all_changes
    UNWIND all_changes AS change
    MATCH (s:Shipment)-[:CARRIED_BY]->(v)
    WHERE coalesce(s.departed_last, s.departed) < change.day AND change.day < s.arrived
    WITH v, change, s, coalesce(s.dispatch, head([(s)-[:LOADED_AT]->(p) | p.country]), s.origin) AS sent,
      coalesce(s.destination, head([(s)-[:DISCHARGED_AT]->(p) | p.country])) AS meant
    CALL (v, change, s, sent, meant) {
      MATCH (k:Control)
      WHERE k.measure IN ['licence', 'ban'] AND left(s.hs, 6) STARTS WITH left(k.hs, 6)
        AND (size(k.hs) <= 6 OR coalesce(s.hs_country <> k.hs_country, true)
          OR s.hs STARTS WITH k.hs OR k.hs STARTS WITH s.hs)
        AND (k.origin IS NULL
          OR k.origin = CASE k.applies_to WHEN 'origin' THEN s.origin ELSE sent END)
        AND (k.destination IS NULL OR k.destination = meant)
        AND (k.end_use IS NULL OR toLower(s.end_use) CONTAINS toLower(k.end_use))
      WITH s, k, CASE k.day WHEN 'declared' THEN coalesce(s.declared, s.departed)
        ELSE s.departed END AS day
      WHERE k.from <= day AND day <= coalesce(k.to, date('9999-12-31'))
      RETURN NULL AS on, k.id AS flag, EXISTS {
          MATCH (p:Control {measure: 'suspension'})
          WHERE k.id STARTS WITH p.suspends AND p.from <= day
            AND day <= coalesce(p.to, date('9999-12-31'))
        } AS lifted,
        size(k.hs) > 6 AND NOT coalesce(s.hs_country = k.hs_country AND s.hs STARTS WITH k.hs, false)
          AS six
      UNION
      MATCH (s)--(c:Party)-[on:LISTED_ON]->(list:List)
      WHERE coalesce(on.from, date('0001-01-01')) <= s.arrived
        AND s.departed <= coalesce(on.to, date('9999-12-31'))
      RETURN on, coalesce(c.name, c.id) + ' on ' + list.name AS flag, false AS lifted, false AS six
      UNION
      MATCH (v)-[on:LISTED_ON]->(list:List)
      WHERE coalesce(on.from, date('0001-01-01')) <= s.arrived
        AND s.departed <= coalesce(on.to, date('9999-12-31'))
      RETURN on, 'the vessel on ' + list.name AS flag, false AS lifted, false AS six
    }
    WITH v, change, collect(DISTINCT s) AS carried, count(DISTINCT coalesce(s.movement, s.id)) AS times,
      collect(DISTINCT on) AS lists, collect(DISTINCT CASE WHEN NOT lifted THEN flag END) AS flags,
      collect(DISTINCT CASE WHEN lifted THEN flag END) AS lifted,
      collect(DISTINCT CASE WHEN NOT lifted AND NOT six THEN flag END) AS whole,
      collect(DISTINCT CASE WHEN NOT lifted AND six THEN flag END) AS six
    RETURN 'at sea' AS kind, [change] AS changes, times, lists,
      CASE WHEN size(flags) > 0 THEN flags ELSE lifted END[..5] AS list_names,
      carried[..10] AS shipments,
      COLLECT { UNWIND carried[..10] AS s MATCH (s)-[r]-(x) WHERE r.derived IS NULL AND (x:Party OR x = v) RETURN r } AS around,
      CASE WHEN size(whole) > 0 THEN 3 WHEN size(flags) > 0 THEN 2 ELSE 0 END AS voyage,
      CASE WHEN size(whole) = 0 THEN head(six) END AS wide,
      CASE WHEN size(flags) = 0 THEN 'the control ' + lifted[0] + ' was suspended on the day of the voyage'
        WHEN change.sold IS NOT NULL AND size(lists) = 0
          THEN 'its owner changed at the same time: ' + change.sold END AS explained
  }
  RETURN kind, [v] AS vessels_drawn, NULL AS mmsi, [one IN changes | one.text] AS texts,
    changes[0].day AS first, times, lists, list_names, shipments, around, voyage, 0 AS shared, wide, explained,
    reduce(all = [], one IN changes | all + one.entries + one.sales) AS held,
    head([one IN changes WHERE one.sold IS NOT NULL | one.sold]) AS sold,
    head([one IN changes WHERE one.back IS NOT NULL | one.back]) AS came_back,
    CASE WHEN any(one IN changes WHERE one.undated) THEN 'yes' END AS undated, NULL AS doubtful
  UNION ALL
  CALL () {
    MATCH (v:Vessel)-[k:KNOWN_AS {field: 'mmsi'}]->(v)
    RETURN v, k.value AS mmsi, k.from AS since, k.to AS until, k AS entry
    UNION ALL
    // What it has now, it has since the last other number ended, or else began.
    MATCH (v:Vessel)
    WHERE v.mmsi IS NOT NULL AND NOT EXISTS { (v)-[k:KNOWN_AS {field: 'mmsi'}]->(v) WHERE k.value = v.mmsi }
    RETURN v, v.mmsi AS mmsi, COLLECT { MATCH (v)-[k:KNOWN_AS {field: 'mmsi'}]->(v)
      WITH coalesce(k.to, k.from) AS day WHERE day IS NOT NULL RETURN day ORDER BY day DESC LIMIT 1 }[0] AS since, NULL AS until, NULL AS entry
  }
  WITH trim(mmsi) AS mmsi, v, since, until, entry ORDER BY mmsi, v.imo
  WITH mmsi, collect({v: v, since: coalesce(since, date('0001-01-01')),
    until: coalesce(until, date('9999-12-31')), entry: entry}) AS uses, count(DISTINCT v) AS n
  WHERE n > 1
  WITH mmsi, n, CASE WHEN n > $most_vessels THEN uses ELSE [a IN uses WHERE any(b IN uses
    WHERE b.v <> a.v AND a.since < b.until AND b.since < a.until  
      AND ($since IS NULL OR (a.until >= $since AND b.until >= $since)))] END AS uses
  WHERE size(uses) > 0 AND ($vessel IS NULL OR any(a IN uses WHERE a.v.imo = $vessel))
  CALL (uses) {
    UNWIND uses AS a
    WITH DISTINCT a.v AS v ORDER BY v.imo LIMIT 20
    OPTIONAL MATCH (v)-[on:LISTED_ON]->(list:List)
    RETURN collect(DISTINCT v) AS vessels, collect(on) AS lists, collect(DISTINCT list.name) AS list_names
  }
  WITH *, reduce(latest = date('0001-01-01'), a IN uses |
    CASE WHEN a.since > latest THEN a.since ELSE latest END) AS first
  RETURN 'one MMSI' AS kind, vessels AS vessels_drawn, mmsi, ['MMSI ' + mmsi + ': '
      + substring(reduce(text = '', a IN uses[..20] | text + '; ' + coalesce(a.v.name, a.v.imo)
        + CASE WHEN a.since > date('0001-01-01') THEN ' from ' + a.since ELSE '' END
        + CASE WHEN a.until < date('9999-12-31') THEN ' to ' + a.until ELSE '' END), 2)] AS texts,
    CASE WHEN first > date('0001-01-01') THEN first END AS first, n AS times, lists, list_names,
    [] AS shipments, [] AS around, 0 AS voyage, 3 AS shared, NULL AS wide,
    CASE WHEN n > $most_vessels THEN 'used by ' + n + ' vessels: a number typed where none is known'
      WHEN size([v IN vessels WHERE NOT v.imo STARTS WITH 'MMSI']) < 2
        THEN 'one of them is known by its MMSI alone and may be the other' END AS explained,
    [a IN uses[..20] WHERE a.entry IS NOT NULL | a.entry] AS held, NULL AS sold, NULL AS came_back,
    NULL AS undated, head([v IN vessels WHERE size(v.doubts) > 0 | v.imo]) AS doubtful
}
WITH *, CASE WHEN kind <> 'flags and names' THEN 0.0 WHEN times > 5 THEN 4.0 ELSE times - 1.0 END AS repeats,
  CASE WHEN size(lists) > 0 AND kind <> 'at sea' THEN 1.0 ELSE 0.0 END AS listed
ORDER BY explained IS NOT NULL, shared + voyage + repeats + listed DESC, vessels_drawn[0].imo, first
RETURN [v IN vessels_drawn | coalesce(v.name, v.imo)] AS vessels, [v IN vessels_drawn | v.imo] AS numbers,
  kind, mmsi, texts AS changes, first, times,
  [s IN shipments | s.id] AS shipments,
  CASE WHEN kind = 'at sea' AND size(list_names) > 0 THEN 'The voyage is flagged by ' + list_names[0]
      + CASE WHEN size(list_names) > 1 THEN ' and ' + (size(list_names) - 1) + ' more' ELSE '' END
      + ' (shipments: ' + times + ').'
    WHEN size(list_names) > 0 THEN 'Listed: ' + list_names[0] + '.'
    ELSE 'No list names it.' END AS note,
  shared, voyage, repeats, listed, sold, came_back, undated, doubtful, wide,
  CASE WHEN mmsi IS NOT NULL AND size(mmsi) <> 9 THEN mmsi END AS malformed, explained,
  vessels_drawn, held, lists, shipments AS cargo, around
