"""How a transaction ends: with one request, or not at all."""

import asyncio
from typing import Any

import pytest
from aiokafka.client import ConnectionGroup
from aiokafka.errors import (
    ConcurrentTransactions,
    InvalidProducerEpoch,
    KafkaConnectionError,
    NoError,
    ProducerFenced,
)
from aiokafka.producer.transaction_manager import TransactionManager, TransactionResult

from streams.worker.producer import _EndOnce


class Answer:
    def __init__(self, error: type[Any]) -> None:
        self.error_code = error.errno


class Coordinator:
    """Stands at the other end of the connection; answers or breaks it."""

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)
        self.asked = 0

    async def send(self, node: int, request: Any, *, group: ConnectionGroup) -> Answer:
        self.asked += 1
        answer = self.answers.pop(0)
        if answer is KafkaConnectionError:
            raise answer
        return Answer(answer)


class Line:
    """What a handler sees of its sender."""

    def __init__(self, client: Coordinator) -> None:
        self.client = client
        self._retry_backoff = 0.0
        self._txn_manager = TransactionManager("id", 1_000)


def end(coordinator: Coordinator) -> None:
    async def run() -> None:
        line = Line(coordinator)
        line._txn_manager.set_pid_and_epoch(1, 0)
        line._txn_manager.begin_transaction()
        line._txn_manager.committing_transaction()
        await _EndOnce(line, TransactionResult.COMMIT).do(1)

    asyncio.run(run())


def test_a_lost_answer_is_not_asked_for_again() -> None:
    coordinator = Coordinator(KafkaConnectionError, NoError)

    with pytest.raises(KafkaConnectionError):
        end(coordinator)
    assert coordinator.asked == 1


def test_a_coordinator_that_did_nothing_is_asked_again() -> None:
    coordinator = Coordinator(ConcurrentTransactions, NoError)

    end(coordinator)
    assert coordinator.asked == 2


def test_a_newer_owner_is_an_error() -> None:
    with pytest.raises(ProducerFenced):
        end(Coordinator(InvalidProducerEpoch))
