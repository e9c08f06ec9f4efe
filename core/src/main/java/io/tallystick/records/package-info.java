/**
 * Records: samples of metrics, alerts and states of agents, kept on any store that declares {@code
 * DOCUMENTS}, and found again.
 *
 * <p>Promises: a record is kept as JSON under {@code metric:<id>}, {@code alert:<id>} or {@code
 * agent:<agent_id>}, in Redis as plain strings with a time to live, and no field of it is lost, not
 * even one that is not known here; concurrent appends are all kept; a query reads what it returns
 * and what its filters without an index make it pass over; a record that cannot be read is named by
 * the query that meets it and fails nothing else. Not promised: that a query sees one moment of all
 * records; nor anything about a record that another program writes past the store, which is got by
 * its id but found by no query.
 *
 * <p>Of a metric, its JSON has the newest samples; older ones are beside it, in pieces. JSON is
 * read and written here, by few hundred lines: core takes no library for it, and what these records
 * need beyond any, Python's {@code NaN} and its own way with times, would be options of one.
 *
 * <p>Uses {@link io.tallystick.store} and nothing else of ours. Threading: any.
 */
@NullMarked
package io.tallystick.records;

import org.jspecify.annotations.NullMarked;
