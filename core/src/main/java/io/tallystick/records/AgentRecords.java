package io.tallystick.records;

import io.tallystick.store.DocumentChange;
import io.tallystick.store.Documents;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** The states of agents, under the agents' ids. What is saved takes the place of what is there. */
public final class AgentRecords extends Records<AgentState> {
  AgentRecords(Documents documents, Duration timeToLive) {
    super(AgentKind.AGENTS, documents, timeToLive);
  }

  @Override
  public void saveAll(Collection<AgentState> records, Duration time) {
    List<List<DocumentChange>> batches = new ArrayList<>();
    for (AgentState record : records) {
      batches.add(List.of(put(record, time)));
      if (batches.size() == BATCH) {
        List<Boolean> unused = documents.applyEach(batches);
        batches.clear();
      }
    }
    List<Boolean> unused = documents.applyEach(batches);
  }

  @Override
  public Optional<AgentState> get(String agentId) {
    return json(agentId).map(json -> kind.read(kind.key(agentId), json));
  }

  @Override
  public boolean delete(String agentId) {
    while (true) {
      Optional<byte[]> present = json(agentId);
      if (present.isEmpty()) {
        return false;
      }
      if (documents.apply(
          List.of(DocumentChange.delete(kind.key(agentId)).ifEqual(present.get())))) {
        return true;
      }
    }
  }
}
