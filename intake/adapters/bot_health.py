"""Asks the bot's two servers whether they work."""

import httpx2 as httpx

from intake.adapters.bot_project import BotPlaces

# Beside residents' messages this question waits its turn.
ANSWER_SECONDS = 5.0


class BotHealth:
    """Rasa and its action server as they answer now. Not to be used from several event loops."""

    def __init__(self, places: BotPlaces) -> None:
        self._places = places
        # A proxy of the environment is for the world outside.
        self._client = httpx.AsyncClient(timeout=ANSWER_SECONDS, trust_env=False)

    async def rasa(self) -> bool:
        """Whether Rasa has loaded its model and answers."""
        return await self._answers(f"{self._places.url}/status", token=self._places.token)

    async def actions(self) -> bool:
        """Whether the action server answers."""
        return await self._answers(f"{self._places.actions_url}/health")

    async def close(self) -> None:
        """Hang up."""
        await self._client.aclose()

    async def _answers(self, url: str, **parameters: str) -> bool:
        try:
            answer = await self._client.get(url, params=parameters)
        except httpx.HTTPError:
            return False
        return answer.status_code == httpx.codes.OK
