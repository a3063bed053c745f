import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
import django.db.models.functions.comparison
from django.db import migrations, models

# Letters without their accents, by what every PostgreSQL brings along: `unaccent` would be an
# extension. A database whose locale is C takes every sign beyond ASCII for a letter, so punctuation
# and pictographs become spaces here.
PLAIN = r"""
CREATE FUNCTION parvis_plain(said text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS $$
SELECT regexp_replace(
    replace(replace(replace(replace(replace(
        translate(
            regexp_replace(normalize(left(said, 200000), NFKD), '[\u0300-\u036f]', '', 'g'),
            '‘’ʼ′øØłŁđĐı', '''''''''oOlLdDi'
        ),
        'œ', 'oe'), 'Œ', 'Oe'), 'æ', 'ae'), 'Æ', 'Ae'), 'ß', 'ss'),
    '[\u00a0-\u00bf\u00d7\u00f7\u2000-\u2bff\u3000-\u303f\ufe00-\ufe0f\U0001f000-\U0001faff]',
    ' ', 'g')
$$
"""

# Both languages together: a shop writes in both, and a post does not always say in which.
WORDS = """
CREATE FUNCTION parvis_words(said text) RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS $$
SELECT to_tsvector('pg_catalog.french', parvis_plain(said))
    || to_tsvector('pg_catalog.english', parvis_plain(said))
$$
"""

INDEX_POSTS = """
CREATE FUNCTION parvis_index_posts(which bigint[]) RETURNS void
LANGUAGE sql AS $$
INSERT INTO compose_postwords (post_id, words)
SELECT post.id, parvis_words(concat_ws(E'\\n\\n',
    post.text,
    (SELECT string_agg(part, E'\\n\\n') FROM jsonb_array_elements_text(post.thread) part),
    post.first_comment,
    post.content_warning,
    (SELECT string_agg(choice, E'\\n\\n') FROM jsonb_array_elements_text(post.poll->'options') choice),
    (SELECT string_agg(text, E'\\n\\n') FROM compose_variant WHERE post_id = post.id),
    (SELECT string_agg(name, E'\\n\\n') FROM compose_tag
        JOIN compose_post_tags ON tag_id = compose_tag.id WHERE post_id = post.id),
    campaign.name))
FROM compose_post post LEFT JOIN compose_campaign campaign ON campaign.id = post.campaign_id
WHERE post.id = ANY(which)
ON CONFLICT (post_id) DO UPDATE SET words = EXCLUDED.words
$$
"""

TRIGGERS = """
CREATE FUNCTION parvis_index_post() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN PERFORM parvis_index_posts(ARRAY[NEW.id]); RETURN NULL; END $$;

CREATE FUNCTION parvis_index_its_post() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN PERFORM parvis_index_posts(ARRAY[coalesce(NEW.post_id, OLD.post_id)]); RETURN NULL; END $$;

CREATE FUNCTION parvis_index_tagged() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM parvis_index_posts(ARRAY(SELECT post_id FROM compose_post_tags WHERE tag_id = NEW.id));
    RETURN NULL;
END $$;

CREATE FUNCTION parvis_index_campaign() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM parvis_index_posts(ARRAY(SELECT id FROM compose_post WHERE campaign_id = NEW.id));
    RETURN NULL;
END $$;

CREATE TRIGGER parvis_post_words
    AFTER INSERT OR UPDATE OF text, thread, first_comment, content_warning, poll, campaign_id
    ON compose_post FOR EACH ROW EXECUTE FUNCTION parvis_index_post();
CREATE TRIGGER parvis_said_words AFTER INSERT ON compose_variant
    FOR EACH ROW WHEN (NEW.text IS NOT NULL) EXECUTE FUNCTION parvis_index_its_post();
CREATE TRIGGER parvis_said_anew_words AFTER UPDATE OF text ON compose_variant
    FOR EACH ROW WHEN (NEW.text IS DISTINCT FROM OLD.text)
    EXECUTE FUNCTION parvis_index_its_post();
CREATE TRIGGER parvis_unsaid_words AFTER DELETE ON compose_variant
    FOR EACH ROW WHEN (OLD.text IS NOT NULL) EXECUTE FUNCTION parvis_index_its_post();
CREATE TRIGGER parvis_tag_words AFTER INSERT OR DELETE ON compose_post_tags
    FOR EACH ROW EXECUTE FUNCTION parvis_index_its_post();
CREATE TRIGGER parvis_tag_renamed_words AFTER UPDATE OF name ON compose_tag
    FOR EACH ROW EXECUTE FUNCTION parvis_index_tagged();
CREATE TRIGGER parvis_campaign_renamed_words AFTER UPDATE OF name ON compose_campaign
    FOR EACH ROW EXECUTE FUNCTION parvis_index_campaign();
"""

NO_TRIGGERS = """
DROP TRIGGER parvis_post_words ON compose_post;
DROP TRIGGER parvis_said_words ON compose_variant;
DROP TRIGGER parvis_said_anew_words ON compose_variant;
DROP TRIGGER parvis_unsaid_words ON compose_variant;
DROP TRIGGER parvis_tag_words ON compose_post_tags;
DROP TRIGGER parvis_tag_renamed_words ON compose_tag;
DROP TRIGGER parvis_campaign_renamed_words ON compose_campaign;
DROP FUNCTION parvis_index_post();
DROP FUNCTION parvis_index_its_post();
DROP FUNCTION parvis_index_tagged();
DROP FUNCTION parvis_index_campaign();
"""

GOES_WITH_ITS_POST = """
ALTER TABLE compose_postwords ADD CONSTRAINT compose_postwords_post
    FOREIGN KEY (post_id) REFERENCES compose_post (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED
"""


class Migration(migrations.Migration):

    dependencies = [
        ('compose', '0005_planned_drafts'),
    ]

    operations = [
        migrations.AddField(
            model_name='post',
            name='at',
            field=models.GeneratedField(db_persist=True, expression=django.db.models.functions.comparison.Coalesce('planned_at', 'saved_at'), output_field=models.DateTimeField()),
        ),
        migrations.AddIndex(
            model_name='post',
            index=models.Index(condition=models.Q(('deleted_at', None)), fields=['workspace', '-at', '-id'], name='post_by_moment'),
        ),
        migrations.AddIndex(
            model_name='post',
            index=models.Index(condition=models.Q(('deleted_at', None), ('handed_over_at', None)), fields=['workspace', '-at', '-id'], name='draft_by_moment'),
        ),
        migrations.AddIndex(
            model_name='post',
            index=models.Index(condition=models.Q(('deleted_at__isnull', False)), fields=['workspace', '-at', '-id'], name='deleted_by_moment'),
        ),
        migrations.AddIndex(
            model_name='post',
            index=models.Index(condition=models.Q(('campaign__isnull', False), ('deleted_at', None)), fields=['campaign', '-at', '-id'], name='post_by_campaign'),
        ),
        migrations.CreateModel(
            name='PostWords',
            fields=[
                ('post', models.OneToOneField(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, primary_key=True, related_name='found_by', serialize=False, to='compose.post')),
                ('words', django.contrib.postgres.search.SearchVectorField()),
            ],
        ),
        migrations.RunSQL(GOES_WITH_ITS_POST, migrations.RunSQL.noop),
        migrations.RunSQL(PLAIN, "DROP FUNCTION parvis_plain(text)"),
        migrations.RunSQL(WORDS, "DROP FUNCTION parvis_words(text)"),
        migrations.RunSQL(INDEX_POSTS, "DROP FUNCTION parvis_index_posts(bigint[])"),
        migrations.RunSQL(TRIGGERS, NO_TRIGGERS),
        migrations.RunSQL(
            "SELECT parvis_index_posts(ARRAY(SELECT id FROM compose_post))", migrations.RunSQL.noop
        ),
        migrations.AddIndex(
            model_name='postwords',
            index=django.contrib.postgres.indexes.GinIndex(fields=['words'], name='post_words'),
        ),
    ]
