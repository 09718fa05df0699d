// title: Companies that listed parties own through others
// about: |
//   Companies, not listed themselves, of which listed parties own a part on one day, alone or
//   together. `cascade`, the 50 % rule as OFAC and BIS read it: who is owned 50 % or more, in sum, by
//   listed or so-blocked owners counts as listed, and its own shares count in turn. `share`: the
//   products of the shares along all paths from listed owners, summed. Below 50 % it is a lead.
// misses: |
//   ownership that is not on record or has no share, control without shares, nominees, listed parties
//   under a second record that nobody decided to be the same, and what is owned but stands nowhere
//   as a company, neither with a row of its own nor as a party to trade or a board.
// lawful: |
//   holdings below 50 %: listed only as leads, from --least on; owners whose listing had ended, or
//   shares sold, by the day asked of: not found.
// red_flag: |
//   OFAC, revised guidance on entities owned by persons whose property is blocked, 2014-08-13; BIS,
//   90 FR 47201, affiliates rule, 2025-09-29.
// key: company, rule
// score:
//   rule_score: 3 when it counts as listed by the rule asked for, else 0
//   part: the percent found, over 50, at most 2
// explain: |
//   {name} is not listed. {when} {percent} % of it {held}: by {by_rule} {meaning}. {otherwise}
// against:
//   whose_rule: "the 50 % rule is OFAC's for its lists, and BIS's for its own (stayed for a year from 2025-11-10); another list may have no such rule, or another: see what holds for {whose_rule}"
//   lead: below 50 % it does not count as listed by the rule asked for
//   over: the shares on record add up to more than all of it
// needs:
//   ownerships: [share]
//   listings: [list]
// example: netinv find-hidden-owners --rule share --on 2025-06-30
// inputs:
//   on: {type: date, optional: true, help: "Day whose ownership and listings count; without it the last on record"}
//   rule: {choices: [cascade, share], default: cascade, help: How shares are counted}
//   least: {type: number, default: 25, min: 1, max: 100, ours: true, help: Least percent of a lead}
//   list: {of: listings.list, optional: true, help: "Only this list, by its name"}
CYPHER 25
MATCH ()-[any:HOLDS]->()
WITH coalesce($on, max(any.on)) AS on
MATCH (p:Party)-[l:LISTED_ON]->(n:List)
WHERE ($list IS NULL OR n.name = $list)
  AND (on IS NULL OR (coalesce(l.from <= on, true) AND coalesce(l.to >= on, true)))
WITH on, collect(DISTINCT p.id) AS listed
// Whatever a listed party has a share of; and who else owns it.
CALL (on, listed) {
  UNWIND listed AS id
  MATCH (:Party {id: id})-[:HOLDS]->(c:Company)
  WITH DISTINCT on, c
  MATCH (o:Party)-[w:OWNS]->(c)
  WHERE w.share > 0 AND o.id <> c.id
    AND (on IS NULL OR (coalesce(w.from <= on, true) AND coalesce(w.to >= on, true)))
  WITH c, o.id AS owner, max(w.share) AS share
  RETURN collect({id: c.id, owner: owner, share: share}) AS held
}
CALL (held) {
  UNWIND held AS h
  WITH h.id AS id, collect({owner: h.owner, share: h.share}) AS owners
  RETURN collect({id: id, owners: owners}) AS companies
}
// To a fixed point: whoever is owned by half by listed or blocked owners is blocked.
WITH *, reduce(blocked = listed, round IN range(1, 12) | blocked
  + [c IN companies WHERE NOT c.id IN blocked
      AND reduce(sum = 0.0, o IN c.owners | sum + CASE WHEN o.owner IN blocked THEN o.share ELSE 0.0 END) >= 50
    | c.id]) AS blocked
CALL (on, listed, companies, blocked) {
  WITH * WHERE $rule = 'cascade'
  UNWIND companies AS c
  WITH c, [o IN c.owners WHERE o.owner IN blocked] AS owners, listed
  WHERE NOT c.id IN listed AND size(owners) > 0
  RETURN c.id AS id, reduce(sum = 0.0, o IN owners | sum + o.share) AS percent,
    [o IN owners | o.owner] AS direct
  UNION ALL
  WITH * WHERE $rule = 'share'
  UNWIND listed AS owner
  MATCH (:Party {id: owner})-[h:HOLDS]->(c:Company)
  WHERE NOT c.id IN listed
  RETURN c.id AS id, sum(h.apart) AS percent, collect(owner) AS direct
}
WITH on, listed, id, percent, direct WHERE percent >= $least
MATCH (company:Company {id: id})
CALL (company, listed) {
  MATCH (o:Party)-[h:HOLDS]->(company) WHERE o.id IN listed
  RETURN collect(o) AS owners, collect(h) AS holdings, max(h.over) AS over,
    sum(h.apart) AS multiplied
}
// Who has the percent: those on the lists, and companies that count as owned by them.
CALL (direct, listed) {
  UNWIND direct AS d
  MATCH (o:Party {id: d})
  WITH coalesce(o.name, o.id) AS holder, CASE WHEN NOT d IN listed THEN COLLECT {
    MATCH (l:Party)-[:HOLDS]->(o) WHERE l.id IN listed
    RETURN coalesce(l.name, l.id) AS behind ORDER BY behind } END AS behind
  ORDER BY behind IS NOT NULL, holder
  RETURN collect(holder) AS held_by, collect(holder + CASE WHEN behind IS NULL THEN ', who is listed'
    ELSE ', which itself counts as owned by listed parties ('
      + substring(reduce(text = '', one IN behind | text + ', ' + one), 2) + ')' END) AS holders
}
CALL (owners, on) {
  UNWIND owners AS o
  MATCH (o)-[l:LISTED_ON]->(n:List)
  WHERE ($list IS NULL OR n.name = $list)
    AND (on IS NULL OR (coalesce(l.from <= on, true) AND coalesce(l.to >= on, true)))
  WITH DISTINCT n.name AS list ORDER BY list
  RETURN collect(list) AS lists
}
WITH *, COLLECT {
  UNWIND owners AS owner
  MATCH p = ANY SHORTEST (owner)-[:OWNS]->{1,8}(company)
  RETURN p LIMIT 10 } AS paths
WITH *, [o IN owners | coalesce(o.name, o.id)] AS owner_names, round(percent, 2) AS held_percent,
  round(multiplied, 2) AS by_product
RETURN coalesce(company.name, company.id) AS name, held_percent AS percent, $rule AS rule, on,
  owner_names AS owners, held_by, by_product, lists,
  CASE WHEN $rule = 'cascade' AND percent >= 50 THEN 'it counts as listed'
    WHEN percent >= 50 THEN 'half or more of it is theirs' ELSE 'a lead, no more' END AS meaning,
  CASE WHEN on IS NULL THEN 'On record,' ELSE 'On ' + toString(on) + ',' END AS when,
  CASE $rule WHEN 'cascade' THEN 'belong to '
      + substring(reduce(text = '', one IN holders | text + '; and to ' + one), 9)
    ELSE 'is what the shares of listed parties ('
      + substring(reduce(text = '', one IN owner_names | text + ', ' + one), 2)
      + ') make, multiplied along all paths' END AS held,
  CASE $rule WHEN 'cascade' THEN 'the 50 % rule' ELSE 'this way of counting' END AS by_rule,
  CASE WHEN $rule = 'share' THEN 'By the 50 % rule (--rule cascade) it may be more or less.'
    WHEN by_product <> held_percent THEN 'Multiplied along all paths, the shares of listed parties make '
      + CASE WHEN by_product = toInteger(by_product) THEN toString(toInteger(by_product))
        ELSE toString(by_product) END + ' %.' END AS otherwise,
  substring(reduce(text = '', one IN lists | text + ' and ' + one), 5) AS whose_rule,
  CASE WHEN percent >= 50 THEN 3.0 ELSE 0.0 END AS rule_score,
  CASE WHEN percent > 100 THEN 2.0 ELSE percent / 50 END AS part,
  CASE WHEN percent < 50 THEN 'yes' END AS lead, CASE WHEN over THEN 'yes' END AS over,
  company, owners AS listed_owners, holdings, paths,
  COLLECT { UNWIND owners AS o MATCH (o)-[l:LISTED_ON]->() RETURN l } AS listings
ORDER BY rule_score + part DESC, name
