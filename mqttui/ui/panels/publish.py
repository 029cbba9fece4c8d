"""The panel that publishes: a form, what was sent before, and what became of it."""

from __future__ import annotations

import asyncio
import secrets
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.actions import SkipAction
from textual.containers import Horizontal

from mqttui.core.publish.asking import question_of
from mqttui.core.publish.cautions import cautions
from mqttui.core.publish.composing import Composed, compose
from mqttui.core.publish.conversation import Conversation
from mqttui.core.publish.draft import PayloadMode
from mqttui.core.publish.outbox import Outbox
from mqttui.core.publish.replying import reply_to
from mqttui.core.publish.run import Run
from mqttui.payload.printable import printable
from mqttui.payload.quantities import size_text
from mqttui.ui.commands.publish import PUBLISH_COMMANDS
from mqttui.ui.glyphs import DONE, WARNING
from mqttui.ui.messages import EditorWanted, TopicWanted
from mqttui.ui.panels.panel import Panel
from mqttui.ui.panels.publish_activity import Activity, OneMessage, Repetition, Request
from mqttui.ui.panels.publish_shelf import PublishShelf
from mqttui.ui.panels.publish_words import caution_rows, taken_over_rows
from mqttui.ui.payload_file import BadFile, file_size, read_file
from mqttui.ui.widgets.cells import wrapped
from mqttui.ui.widgets.publish_form import PublishForm, Way
from mqttui.ui.widgets.saved_drafts import SavedDrafts

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from textual.app import ComposeResult
    from textual.binding import BindingType

    from mqttui.core.node import TopicNode
    from mqttui.core.publish.draft import MessageDraft
    from mqttui.core.publishing import PublishRequest
    from mqttui.ui.widgets.cells import Cells
    from mqttui.ui.workspace import Workspace

TOKEN_BYTES = 8
ROOM_FOR_BOTH_CELLS = 116
LONG_TEXT_CHARACTERS = 32_000
WHOLE_SENTENCE_CELLS = 10_000
LONG_TEXT_PAUSE_S = 0.3
"""A long text is judged once nothing was typed for a while."""

_SUFFIXES = {PayloadMode.JSON: ".json"}


class PublishPanel(Panel):
    """Composes messages and sends them once, with their answer, or again and again."""

    COMMANDS = PUBLISH_COMMANDS
    BINDINGS: ClassVar[list[BindingType]] = [*PUBLISH_COMMANDS.bindings]
    NEEDS_ROOM = True
    # Read when the panel is first opened, which is no matter of the start.
    DEFAULT_CSS = (Path(__file__).parents[1] / "styles" / "publish.tcss").read_text("utf-8")
    SCOPED_CSS = False

    def __init__(self, workspace: Workspace) -> None:
        super().__init__(workspace)
        self._outbox = Outbox(workspace.source, workspace.wall_clock)
        self._unfinished: list[Activity] = []
        self._shown: Activity | None = None
        self._words: Callable[[int], list[Cells]] = lambda _: []
        self._words_are_about: MessageDraft | None = None
        self._confirmed: tuple[MessageDraft, frozenset[str]] | None = None
        self._shelf_topic: str | None = None
        self._file_words = ""
        self._composed = Composed(None)
        self._form = PublishForm(workspace.store, id="publish-form")
        self._shelf = PublishShelf(workspace, id="publish-saved")

    def compose(self) -> ComposeResult:
        """Lay out the form beside what was sent before."""
        with Horizontal(id="publish-body"):
            yield self._form
            yield self._shelf

    def on_mount(self) -> None:
        """Begin with an empty form."""
        self._judge()
        if self.workspace.is_read_only:
            self._say("mqttui may only read: nothing can be published.")
        elif self._shelf.problems:
            self._say(self._shelf.problems[0])

    def on_resize(self) -> None:
        """Show saved messages beside the form where there is room for both."""
        self.set_class(self.size.width < ROOM_FOR_BOTH_CELLS, "-single")

    def focus_first(self) -> None:
        """Give the keyboard to the form."""
        self._form.focus_first()

    # What others ask for

    def begin(self, what: str, node: TopicNode | None) -> None:
        """Put into the form what `node`, a topic of the tree, has to give.

        That is its `topic`, or the `answer` to its last message; for the `form` as such the topic
        if there is none yet.
        """
        self._show_form()
        if node is None:
            return
        if what == "answer":
            draft = None
            if node.topic is not None and node.last is not None:
                draft = reply_to(node.path, node.last)
            if draft is not None:
                self._form.fill(draft)
            else:
                self._say(
                    "Nothing tells where an answer goes: the message has no response topic, and "
                    "its topic does not end in cmd or reply."
                )
        elif what == "topic" or not self._form.topic.value:
            self._form.fill_topic(node.path if node.topic is not None else f"{node.path}/")

    # Once per frame

    def draw(self, now: float) -> None:
        """Say what has become of what was sent."""
        self._draw_note()
        if not self._unfinished:
            return
        now_s = self.workspace.clock()
        has_news = self._outbox.tally.poll(now_s)
        for activity in tuple(self._unfinished):
            has_news |= activity.poll(now_s)
            if activity.mark is not None:
                self._unfinished.remove(activity)
                self._shelf.conclude(activity.draft, activity.mark)
                self.refresh_bindings()
                self._judge()
        if has_news and self._shown is not None:
            self._show_result()

    @on(PublishForm.Resized)
    def break_lines_anew(self, event: PublishForm.Resized) -> None:
        """Say the same on rows of another width."""
        event.stop()
        self._show_result()
        self._judge()

    def _show_result(self) -> None:
        had_more = self._form.has_more_to_say
        self._form.show_result(self._result_rows(self._form.result_cells))
        if had_more != self._form.has_more_to_say:
            self.refresh_bindings()

    def _result_rows(self, width: int) -> list[Cells]:
        """Return what there is to say in rows of `width` cells."""
        if self._shown is not None:
            return self._shown.rows(self.workspace.clock(), width)
        return self._words(width)

    @on(PublishForm.MoreWanted)
    def action_show_all_words(self) -> None:
        """Show everything that there is to say, with room for it."""
        # Imported here: most of it fits beside the button.
        from mqttui.ui.screens.words import WordsScreen

        rows = self._result_rows(WHOLE_SENTENCE_CELLS)
        paragraphs = ["".join(text for text, _ in row).strip() for row in rows]
        self.app.push_screen(WordsScreen("Publish", paragraphs))

    def _tell(self, words: Callable[[int], list[Cells]], about: MessageDraft | None = None) -> None:
        """Show rows that are made for a width, instead of what an activity has to say.

        Words that are `about` a draft go away with it.
        """
        self._shown = None
        self._words = words
        self._words_are_about = about
        self._show_result()

    @property
    def _is_busy(self) -> bool:
        """Whether something goes on by itself."""
        return any(activity.is_busy for activity in self._unfinished)

    def _draw_note(self) -> None:
        """Say whether the topic can be published to, and whether it is known."""
        topic = self._composed.topic
        node = self.workspace.store.find(topic) if topic is not None else None
        problem = self._composed.problems.get("topic")
        self._form.show_topic(problem, node, is_usable=topic is not None)

    @property
    def _is_mqtt5(self) -> bool:
        return self.workspace.source.status.protocol != "3.1.1"

    # What the draft comes to

    def _composed_of(self, draft: MessageDraft, file_payload: bytes | None = None) -> Composed:
        return compose(
            draft,
            self._outbox.variables.moment(self.workspace.wall_clock()),
            is_mqtt5=self._is_mqtt5,
            file_payload=file_payload,
        )

    @on(PublishForm.Changed)
    def judge_soon(self, event: PublishForm.Changed) -> None:
        """Judge the draft, a long one once nothing more is typed."""
        event.stop()
        if self._form.draft.size_characters > LONG_TEXT_CHARACTERS:
            self._work(self._judge_later(), "judging")
        else:
            self._judge()

    async def _judge_later(self) -> None:
        await asyncio.sleep(LONG_TEXT_PAUSE_S)
        self._judge()

    def _judge(self) -> None:
        draft = self._form.draft
        if self._shown is None and self._words_are_about not in (None, draft):
            self._tell(lambda _: [])
        self._composed = self._composed_of(draft)
        if draft.mode is PayloadMode.FILE and draft.text.strip():
            self._work(self._find_size(draft.text), "file size")
        else:
            self._file_words = ""
        self._form.show_composed(self._composed, self._file_words)
        self._draw_note()
        if draft.topic != self._shelf_topic:
            self._shelf_topic = draft.topic
            self._shelf.show_rows(draft.topic)

    async def _find_size(self, path: str) -> None:
        """Say how large a file is; a slow disk keeps nobody waiting."""
        try:
            self._file_words = f"{size_text(await asyncio.to_thread(file_size, path))} in the file"
        except BadFile as problem:
            self._file_words = f"{WARNING} {problem}"
        self._form.show_composed(self._composed, self._file_words)

    # Sending

    @on(PublishForm.SendWanted)
    async def send_by_button(self, event: PublishForm.SendWanted) -> None:
        """Send, unless mqttui may only read."""
        event.stop()
        await self.run_action("send")

    def action_send(self) -> None:
        """Send what the form says, in the way that it says."""
        draft = self._form.draft
        if self._is_busy:
            # What goes on says how to stop it.
            self.app.bell()
        elif draft.mode is PayloadMode.FILE and draft.text.strip():
            self._work(self._send_file(draft), "file content")
        else:
            self._send(draft, None)

    async def _send_file(self, draft: MessageDraft) -> None:
        try:
            payload = await asyncio.to_thread(read_file, draft.text)
        except BadFile as problem:
            self._say(str(problem))
        else:
            self._send(draft, payload)

    def _send(self, draft: MessageDraft, file_payload: bytes | None) -> None:
        composed = self._composed_of(draft, file_payload)
        request = composed.request
        if request is None:
            field, sentence = next(iter(composed.problems.items()))
            self._say(sentence, about=draft)
            self._show_form()
            self._form.focus_problem(field)
            return
        if not self._is_confirmed(draft, request, composed.oddity):
            return
        try:
            activity = self._begin(draft, request, file_payload)
        except ValueError as problem:
            self._say(str(problem))
            return
        self._unfinished.append(activity)
        self._shown = activity
        self._work(activity.drive(), "sending")
        self._shelf.note(draft)
        self.draw(self.workspace.wall_clock())
        self._judge()
        self.refresh_bindings()

    def _is_confirmed(
        self, draft: MessageDraft, request: PublishRequest, oddity: str | None
    ) -> bool:
        """Whether there is nothing to think of, or the user has seen it and wants it nevertheless.

        Another draft, or another thing to think of, asks again.
        """
        workspace = self.workspace
        node = workspace.store.find(request.topic)
        found = cautions(request, node, self._outbox.own, workspace.wall_clock(), oddity)
        seen = self._confirmed
        if not found or (seen is not None and seen[0] == draft and found.keys() <= seen[1]):
            return True
        self._confirmed = (draft, frozenset(found))
        sentences = list(found.values())
        self._tell(lambda width: caution_rows(sentences, width), draft)
        return False

    def _begin(
        self, draft: MessageDraft, request: PublishRequest, file_payload: bytes | None
    ) -> Activity:
        """Begin what the form says; raise `ValueError` with one sentence where it says nonsense."""
        workspace, outbox, way = self.workspace, self._outbox, self._form.way
        if way is Way.ONCE:
            return OneMessage(draft, outbox.send(request), outbox, is_mqtt5=self._is_mqtt5)
        if way is not Way.ASK:
            run = Run(self._form.plan(), workspace.clock())
            return Repetition(draft, run, outbox, workspace, file_payload)
        question = question_of(
            request,
            is_mqtt5=self._is_mqtt5,
            token=secrets.token_bytes(TOKEN_BYTES),
            answer_topic=draft.properties.response_topic,
        )
        conversation = Conversation(
            workspace.source,
            workspace.store,
            outbox,
            question,
            timeout_s=self._form.timeout_s(),
            clock=workspace.clock,
            wall_clock=workspace.wall_clock,
        )
        return Request(draft, conversation)

    def action_stop(self) -> None:
        """Stop what goes on by itself, else close what is open, else leave the panel."""
        if self._is_busy:
            for activity in self._unfinished:
                activity.stop()
            self.workers.cancel_group(self, "sending")
            self.draw(self.workspace.wall_clock())
        elif self._form.topic.is_open:
            self._form.topic.close()
        elif self._form.is_naming:
            self._form.close_name()
        elif self._shelf.has_focus_within:
            self._show_form()
            self._form.focus_first()
        else:
            # The explorer goes back to the tree.
            raise SkipAction

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer only what there is: an answer, a message to send again, more words."""
        if action == "send_again" and not self._shelf.has_row:
            return False
        if action == "show_answer":
            return isinstance(self._shown, Request) and self._shown.mark == DONE
        if action == "show_all_words":
            return self._form.has_more_to_say
        return super().check_action(action, parameters)

    def action_show_answer(self) -> None:
        """Show the topic of the answer in the tree."""
        if isinstance(self._shown, Request):
            node = self._shown.conversation.node
            if node is not None:
                self.post_message(TopicWanted(node))

    # What else the keys do

    def action_toggle_properties(self) -> None:
        """Open or fold the properties."""
        self._form.toggle_properties()

    def action_edit_outside(self) -> None:
        """Let the user edit the payload in a program of their own."""
        draft = self._form.draft
        if draft.mode is PayloadMode.FILE:
            self._say("The file itself is published; edit it where it is.")
            return
        suffix = _SUFFIXES.get(draft.mode, ".txt")
        self.post_message(EditorWanted(draft.text, suffix, self._take_edited, self._say))

    def _take_edited(self, text: str) -> None:
        self._form.fill_text(text)
        self._form.focus_payload()

    # Saved messages

    def action_show_saved(self) -> None:
        """Go to what was saved, or back to the form."""
        if self._shelf.has_focus_within:
            self._show_form()
            self._form.focus_first()
            return
        self.add_class("-saved")
        self._shelf.show_rows()
        self._shelf.focus_rows()

    def action_send_again(self) -> None:
        """Send the saved message under the cursor."""
        self._shelf.send_row()

    def _show_form(self) -> None:
        self.remove_class("-saved")

    @on(SavedDrafts.Picked)
    async def use_saved(self, event: SavedDrafts.Picked) -> None:
        """Put a saved message into the form, and send it if that is wanted."""
        event.stop()
        saved = event.saved
        if saved.draft is None:
            self._say(f"{saved.why}.")
            return
        if saved.is_named:
            self._shelf.template_name = saved.title
        self._form.fill(saved.draft)
        if not (event.is_to_send or event.is_by_key) and self.has_class("-single"):
            # The form is out of sight.
            self._tell(lambda width: taken_over_rows(saved, width), saved.draft)
        if event.is_to_send:
            await self.run_action("send")
        elif event.is_by_key:
            self._show_form()
            self._form.focus_payload()

    def action_name_template(self) -> None:
        """Ask for a name."""
        self._show_form()
        self._form.ask_name(self._shelf.template_name)

    @on(PublishForm.TemplateNamed)
    def keep_template(self, event: PublishForm.TemplateNamed) -> None:
        """Keep what is in the form under a name."""
        event.stop()
        if self._shelf.keep(event.name.strip(), self._form.draft):
            self._form.close_name()

    @on(PublishShelf.Said)
    def pass_on(self, event: PublishShelf.Said) -> None:
        """Say what the saved messages have to say."""
        event.stop()
        if event.is_done:
            self._tell(lambda width: wrapped(f"{DONE} {printable(event.sentence)}", width, "fact"))
        else:
            self._say(event.sentence)

    # Small things

    def _say(self, sentence: str, about: MessageDraft | None = None) -> None:
        """Say one sentence where the result stands."""
        self._tell(
            lambda width: wrapped(f"{WARNING} {printable(sentence)}", width, "warning"), about
        )

    def _work(self, work: Coroutine[object, object, None], group: str) -> None:
        self.run_worker(work, group=group, exclusive=True)
